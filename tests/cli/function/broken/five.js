function main(params) {
  return {;
}

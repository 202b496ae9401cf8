//! Views as commands.
use super::context::Context;
use super::failure::Failure;
use clap::CommandFactory as _;
pub(super) fn command() -> clap::Command {
    super::args::Cli::command()
}
pub(super) fn path(_: &clap::ArgMatches) -> String {
    String::new()
}
pub(super) fn dispatch(_: &Context, _: &clap::ArgMatches) -> Result<Option<u8>, Failure> {
    Ok(None)
}
pub(super) fn show(_: &Context, _: &crate::store::SqliteStore, _: &str, _: &[(&str, &str)]) -> Result<(), Failure> {
    Ok(())
}
pub(super) fn export(_: &Context, _: &super::args::Export) -> Result<u8, Failure> {
    Ok(0)
}
pub(super) fn rehearsal(
    _: &Context,
    _: &crate::store::Job,
    _: Vec<(crate::model::fold::RecordFold, crate::model::segment::StoredSegment)>,
) -> Result<(), Failure> {
    Ok(())
}

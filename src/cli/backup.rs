//! `backup`: a copy of the file as it is at one moment, whoever writes to it meanwhile.

use std::path::PathBuf;

use super::context::Context;
use super::failure::Failure;
use super::rejects::refuse_same;
use crate::model::fingerprint::hex;
use crate::model::report::{Block, Cell, Report, Single, Tone, grouped, pasted, sized};
use crate::store::Overwrite;

pub(super) const EXAMPLES: &str = "\
Examples:
  cxgear backup friday.db
  cxgear backup /mnt/backup/cxgear.db --force --format json
  cxgear verify --db friday.db      the copy can be proved like the file

It can be taken while a job runs. The copy then holds that job as far as it was,
left by its process. Resume it in one of the two files, not in both: its steps
would be done twice.";

/// `backup`
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Where to; it must not be there yet
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Replace what is there, once the copy is whole
    #[arg(long)]
    force: bool,
}

/// `cxgear backup`.
pub(super) fn backup(context: &Context, args: &Args) -> Result<u8, Failure> {
    let store = context.reader()?;
    refuse_same("backup", &args.file, context.database(), "the database")?;
    let overwrite = if args.force { Overwrite::Force } else { Overwrite::Never };
    let copied = store.backup(&args.file, overwrite)?;
    let file = args.file.display().to_string();
    let seal = Cell::maybe(copied.seal, |seal| Cell::text(hex(&seal)));
    let title = vec![
        Cell::text("backup"),
        Cell::Status("done", Tone::Good),
        Cell::text(file.as_str()),
        Cell::text(sized(copied.bytes)),
        Cell::text(format!("up to event {}", grouped(copied.upto.0))),
    ];
    context.show(Report::Single(Single {
        object: vec![
            ("file", Cell::text(file.as_str())),
            ("bytes", Cell::Count(copied.bytes)),
            ("upto_cursor", Cell::Number(copied.upto.0)),
            ("seal", seal.clone()),
        ],
        blocks: vec![
            Block::Title(title),
            Block::Pairs { title: "", pairs: vec![("last seal".to_owned(), seal)] },
            Block::Next(format!("cxgear verify --db {}", pasted(&file))),
        ],
        lines: None,
    }))?;
    Ok(0)
}

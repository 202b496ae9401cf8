//! What models say while they say it, for whoever runs the job with `-v`: a line each on stderr, told apart by its record.

use std::sync::Arc;

use super::context::Context;
use super::failure::Failure;
use crate::engine::{Live, Show};
use crate::model::id::RecordId;
use crate::ui::failure::say;
use crate::ui::progress::Bar;
use crate::ui::stream::Terminal;

/// Says lines beside the bar.
struct Heard {
    terminal: Terminal,
    bar: Bar,
}

impl Show for Heard {
    fn line(&self, record: RecordId, line: &str) {
        self.bar.aside(|| say(&self.terminal, &format!("{record}: {line}")));
    }
}

/// Who follows answers in this run.
pub(super) fn live(context: &Context, bar: &Bar) -> Result<Live, Failure> {
    let keep = context.settings()?.keep_deltas;
    let terminal = &context.terminal;
    let heard = || Heard { terminal: terminal.clone(), bar: bar.clone() };
    let show = (terminal.verbose() > 0 && !terminal.quiet()).then(|| Arc::new(heard()) as Arc<dyn Show>);
    Ok(Live { show, keep })
}

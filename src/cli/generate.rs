//! Texts made from the command tree: completions and the manual page.

use std::io::Write as _;

use super::context::Context;
use super::failure::Failure;
use super::views::command;
use crate::ui;

/// `cxgear completions SHELL`.
pub(super) fn completions(context: &Context, shell: clap_complete::Shell) -> Result<u8, Failure> {
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut command(), "cxgear", &mut text);
    print(context, &text)
}

/// `cxgear man`.
pub(super) fn man(context: &Context) -> Result<u8, Failure> {
    let mut text = Vec::new();
    clap_mangen::Man::new(command()).render(&mut text).map_err(Failure::world)?;
    print(context, &text)
}

fn print(context: &Context, text: &[u8]) -> Result<u8, Failure> {
    let mut out = context.terminal.out();
    match out.write_all(text).and_then(|()| out.flush()).map_err(ui::Error::from) {
        Ok(()) | Err(ui::Error::Closed) => Ok(0),
        Err(error) => Err(error.into()),
    }
}

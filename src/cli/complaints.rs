//! What is wrong with a file of the user's, told with its places.

use std::path::Path;

use super::failure::Failure;
use crate::model::document::{Complaint, Complaints, Gravity};
use crate::ui::failure::{error, warning};
use crate::ui::stream::Terminal;

/// Tells every complaint; the last error is the failure itself.
pub(super) fn refuse(terminal: &Terminal, path: &Path, complaints: Complaints) -> Failure {
    warn(terminal, path, &complaints);
    let mut errors: Vec<Complaint> =
        complaints.0.into_iter().filter(|complaint| complaint.gravity == Gravity::Error).collect();
    let last = errors.pop();
    for complaint in errors {
        error(terminal, &told(path, &complaint), &[], complaint.hint.as_slice());
    }
    match last {
        None => Failure::request(format!("`{}` cannot be used", path.display())),
        Some(last) => {
            let failure = Failure::request(told(path, &last));
            match last.hint {
                Some(hint) => failure.hint(hint),
                None => failure,
            }
        }
    }
}

fn told(path: &Path, complaint: &Complaint) -> String {
    format!("{}:{}: {}", path.display(), complaint.spot, complaint.what)
}

/// Tells what is only worth a look.
pub(super) fn warn(terminal: &Terminal, path: &Path, complaints: &Complaints) {
    for complaint in complaints.0.iter().filter(|complaint| complaint.gravity == Gravity::Warning) {
        warning(terminal, &told(path, complaint), complaint.hint.as_slice());
    }
}

/// Tells every complaint where none of them is in the way.
pub(super) fn soften(terminal: &Terminal, path: &Path, complaints: &Complaints) {
    for complaint in &complaints.0 {
        warning(terminal, &told(path, complaint), complaint.hint.as_slice());
    }
}

//! What a project has, and what a whole invocation wants of all that it writes.

use std::fmt;
use std::sync::Arc;

use super::values::Selector;
use crate::model::connection::Connection;
use crate::model::plan::Plan;
use crate::model::report::counted;

/// What an invocation wants of all that it writes, beside what each call is told.
#[derive(Debug, Clone, Default)]
pub struct Terms {
    /// New tables and spinners belong to this project, and tables of another are left alone. Without a name new ones
    /// belong to the default project, and all may be used.
    pub project: Option<String>,
    /// What may not be passed.
    pub plan: Plan,
    /// The job that is to follow an import: where the plan has no room for it, the import is undone.
    pub next: Option<NextJob>,
    /// The integrations and channels that are set up. A change is written down with the first commit; without this
    /// nothing is known of them.
    pub connections: Option<Arc<[Connection]>>,
}

/// A job over rows that are being imported.
#[derive(Debug, Clone)]
pub struct NextJob {
    /// Which rows; its condition was shown to be harmless.
    pub selector: Selector,
    /// So many spinners are published for it that were not there: none or one.
    pub spinners: u64,
}

/// Things of a kind: how many, and the first few by name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Few {
    /// How many.
    pub count: u64,
    /// The first few.
    pub first: Vec<String>,
}

/// What belongs to a project.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Holdings {
    /// Its tables.
    pub tables: Few,
    /// Its spinners.
    pub spinners: Few,
    /// Its jobs, the latest first.
    pub jobs: Few,
}

impl Holdings {
    /// Whether there is nothing.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.tables.count == 0 && self.spinners.count == 0 && self.jobs.count == 0
    }
}

impl Few {
    /// The names, and a sign that there are more.
    #[must_use]
    pub fn names(&self) -> String {
        let more = if self.count > self.first.len() as u64 { ", …" } else { "" };
        format!("{}{more}", self.first.join(", "))
    }
}

/// `2 tables (a, b), 1 spinner (s) and 12 jobs (12, 11, 10, …)`
impl fmt::Display for Holdings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kinds = [("table", &self.tables), ("spinner", &self.spinners), ("job", &self.jobs)];
        let parts = kinds.into_iter().filter(|(_, few)| few.count > 0);
        let parts: Vec<_> =
            parts.map(|(kind, few)| format!("{} ({})", counted(few.count, kind), few.names())).collect();
        match parts.split_last() {
            None => f.write_str("nothing"),
            Some((last, [])) => f.write_str(last),
            Some((last, rest)) => write!(f, "{} and {last}", rest.join(", ")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holdings_are_told_in_words() {
        let few = |count, first: &[&str]| Few { count, first: first.iter().map(|&name| name.to_owned()).collect() };
        let none = Holdings::default();
        assert!(none.is_empty());
        assert_eq!(none.to_string(), "nothing");
        let all =
            Holdings { tables: few(2, &["a", "b"]), spinners: few(1, &["s"]), jobs: few(12, &["12", "11", "10"]) };
        assert_eq!(all.to_string(), "2 tables (a, b), 1 spinner (s) and 12 jobs (12, 11, 10, …)");
        let jobs = Holdings { jobs: few(1, &["7"]), ..Holdings::default() };
        assert_eq!((jobs.to_string().as_str(), jobs.is_empty()), ("1 job (7)", false));
    }
}

//! A project: one campaign or client inside the workspace.

use std::fmt;

use super::time::Timestamp;

/// The project that is there from the start and takes whatever is not said to belong elsewhere.
pub const DEFAULT: &str = "default";

/// What kind of work a project holds; a spinner may ask for one (SPEC §4, `project_type`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ProjectType {
    /// Contacts are reached.
    #[default]
    Outreach,
    /// Calls that were had are looked at.
    CallAnalyzer,
}

impl ProjectType {
    /// Both of them.
    pub const ALL: [ProjectType; 2] = [ProjectType::Outreach, ProjectType::CallAnalyzer];

    /// Its word.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            ProjectType::Outreach => "outreach",
            ProjectType::CallAnalyzer => "call_analyzer",
        }
    }

    /// The type of that word.
    #[must_use]
    pub fn named(word: &str) -> Option<ProjectType> {
        ProjectType::ALL.into_iter().find(|kind| kind.name() == word)
    }
}

impl fmt::Display for ProjectType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Project {
    /// Its name; another that differs in case alone is the same.
    pub name: String,
    /// Its type; it never changes.
    pub kind: ProjectType,
    /// When it was made.
    pub created_at: Timestamp,
}

/// Whether a project may have this name: the rules of a table's, and nothing that a terminal would not show.
///
/// # Errors
/// A sentence fragment that says what is wrong with it.
pub fn check_name(name: &str) -> Result<(), String> {
    let lower = name.to_lowercase();
    if name.trim().is_empty() || name.trim() != name {
        Err("it is empty, or begins or ends with a space".to_owned())
    } else if name.chars().any(char::is_control) {
        Err("it holds a control character".to_owned())
    } else if lower.starts_with("cx_") || lower.starts_with("sqlite_") {
        Err("it begins with `cx_` or `sqlite_`".to_owned())
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_read_back() {
        for kind in ProjectType::ALL {
            assert_eq!(ProjectType::named(&kind.to_string()), Some(kind));
        }
        assert_eq!(ProjectType::named("Outreach"), None);
    }

    #[test]
    fn names_that_would_mislead_are_refused() {
        for bad in ["", " ", " a", "a ", "a\nb", "a\u{1b}[31m", "cx_a", "SQLITE_x", "\0"] {
            assert!(check_name(bad).is_err(), "{bad:?}");
        }
        for fine in ["spring", "Spring 2026", "Été", "a/b", "default"] {
            assert_eq!(check_name(fine), Ok(()), "{fine}");
        }
    }
}

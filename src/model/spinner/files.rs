//! `[files]`: what the steps of a published version read, as it was when it was published, so that a version is frozen
//! whole: its text says all, and its hash is over all. A draft has none; publishing writes it at the end of the text.

use crate::model::document::{Complaints, Node, Placed};

/// A file that a step reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepFile {
    /// As the step names it.
    pub name: String,
    /// What it holds, or why it cannot be read.
    pub text: Result<String, String>,
}

/// Reads the table.
pub(super) fn read(node: Placed<Node>, complaints: &mut Complaints) -> Vec<StepFile> {
    let Node::Table(entries) = node.value else {
        complaints.error(node.spot, "`[files]` must be a table", None);
        return Vec::new();
    };
    let mut files = Vec::with_capacity(entries.len());
    for (name, value) in entries {
        if let Node::Text(text) = value.value {
            files.push(StepFile { name: name.value, text: Ok(text) });
        } else {
            complaints.error(
                value.spot,
                format!("`[files]` has something under `{}` that is no text", name.value),
                None,
            );
        }
    }
    files
}

/// The text of a spinner together with the files that it reads.
#[must_use]
pub fn with_files(spinner: &str, files: &[(String, String)]) -> String {
    let mut text = spinner.to_owned();
    if files.is_empty() {
        return text;
    }
    if !text.ends_with('\n') {
        text.push('\n');
    }
    text += "\n# What the steps read, as it was when this version was published.\n[files]\n";
    for (name, content) in files {
        text += &format!("{} = {}\n", quoted(name), literal(content));
    }
    text
}

/// As it is between quotes, wherever that can be; else with escapes.
fn literal(content: &str) -> String {
    let plain = |c: char| matches!(c, '\n' | '\t') || !c.is_control();
    if content.chars().all(plain) && !content.contains("'''") && !content.ends_with('\'') {
        return format!("'''\n{content}'''");
    }
    quoted(content)
}

/// A basic string: the escapes of JSON are TOML's too, but for one character that JSON leaves as it is.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string().replace('\u{7f}', "\\u007f")
}

#[cfg(test)]
mod tests {
    use super::super::Spinner;
    use super::*;

    #[test]
    fn files_come_back_as_they_were() {
        let contents = [
            "function main() {\n  return {};\n}\n",
            "",
            "\nfirst line is empty",
            "a'''b \\ \"\"\" '",
            "ends in '",
            "\r\nwindows\r\n",
            "\u{0}\u{1}\u{7f}\u{85}\u{2028}é😀\t",
        ];
        let draft = "name = \"a\"\n[[steps]]\nname = \"s\"\ntype = \"log\"\nmessage = \"x\"";
        let files: Vec<_> =
            contents.iter().enumerate().map(|(n, text)| (format!("a \"{n}\".js"), (*text).to_owned())).collect();
        let text = with_files(draft, &files);
        let (spinner, complaints) = Spinner::parse(&text).unwrap();
        assert!(complaints.0.is_empty(), "{complaints:?}");
        let read: Vec<_> = spinner.files.into_iter().map(|file| (file.name, file.text.unwrap())).collect();
        assert_eq!(read, files);
        assert_ne!(Spinner::parse(draft).unwrap().0.hash, spinner.hash);
        assert_eq!(with_files(draft, &[]), draft);
    }
}

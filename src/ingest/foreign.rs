//! Files that are not text with delimiters, told by their first bytes: better refused by name than read as nonsense.

use std::fmt;

/// A kind of file that is refused by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Foreign {
    /// A zip archive, which is what `.xlsx` and `.ods` are.
    Workbook,
    /// A zip archive that is not called a workbook.
    Zip,
    /// `.xls` of before 2007.
    OldExcel,
    /// gzip under a name that does not say so.
    Gzip,
    /// zstd, xz or bzip2.
    Compressed(&'static str),
    /// A SQLite database.
    Sqlite,
    /// A PDF.
    Pdf,
    /// Apache Parquet.
    Parquet,
    /// JSON, one document or one a line.
    Json,
    /// A web page, which is often a login form in place of a download.
    Html,
}

impl fmt::Display for Foreign {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Foreign::Workbook => "a spreadsheet workbook (xlsx)",
            Foreign::Zip => "a zip archive",
            Foreign::OldExcel => "an Excel workbook (xls)",
            Foreign::Gzip => "gzip data under a name that does not end in `.gz`",
            Foreign::Compressed(by) => return write!(f, "compressed with {by}"),
            Foreign::Sqlite => "a SQLite database",
            Foreign::Pdf => "a PDF",
            Foreign::Parquet => "a Parquet file",
            Foreign::Json => "JSON",
            Foreign::Html => "a web page (HTML)",
        })
    }
}

impl Foreign {
    pub(super) fn mend(self) -> Option<&'static str> {
        match self {
            Foreign::Workbook | Foreign::OldExcel => Some("save the sheet as CSV (UTF-8) and import that"),
            Foreign::Gzip => Some("rename it to end in `.csv.gz`"),
            Foreign::Zip | Foreign::Compressed(_) => Some("unpack it and import the CSV inside"),
            Foreign::Html => Some("the download may have been a login page: fetch the file again"),
            Foreign::Sqlite | Foreign::Pdf | Foreign::Parquet | Foreign::Json => None,
        }
    }

    /// What the first bytes of a file say. gzip is not among them: whether it is welcome depends on the name.
    pub(super) fn of_bytes(head: &[u8]) -> Option<Foreign> {
        const MAGIC: [(&[u8], Foreign); 8] = [
            (b"PK\x03\x04", Foreign::Zip),
            (b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", Foreign::OldExcel),
            (b"SQLite format 3\0", Foreign::Sqlite),
            (b"%PDF-", Foreign::Pdf),
            (b"PAR1", Foreign::Parquet),
            (b"\x28\xB5\x2F\xFD", Foreign::Compressed("zstd")),
            (b"\xFD7zXZ\0", Foreign::Compressed("xz")),
            (b"BZh", Foreign::Compressed("bzip2")),
        ];
        let (magic, kind) = MAGIC.into_iter().find(|(magic, _)| head.starts_with(magic))?;
        // These two are letters that a header may begin with; binary formats go on with bytes that no header has.
        let plain = magic == b"PAR1" || magic == b"BZh";
        let binary = head.iter().take(64).any(|byte| *byte < 9);
        if plain && !binary {
            return None;
        }
        let workbook = kind == Foreign::Zip && names_a_workbook(head);
        Some(if workbook { Foreign::Workbook } else { kind })
    }

    /// What the text says, when it plainly is no table. A header in brackets (`[id],[name]`) stays CSV.
    pub(super) fn of_text(text: &[u8]) -> Option<Foreign> {
        let text = text.trim_ascii_start();
        let after = |n: usize| text.get(n..).unwrap_or_default().trim_ascii_start();
        let object = |text: &[u8]| {
            let inside = text.strip_prefix(b"{").map(<[u8]>::trim_ascii_start);
            inside.and_then(|inside| inside.strip_prefix(b"\"")).is_some_and(|key| {
                let end = memchr::memchr(b'"', key);
                end.is_some_and(|end| key[end + 1..].trim_ascii_start().starts_with(b":"))
            })
        };
        let json = object(text) || (text.starts_with(b"[") && object(after(1)));
        let opening = text.get(..14).unwrap_or(text).to_ascii_lowercase();
        let html = opening.starts_with(b"<!doctype html") || opening.starts_with(b"<html");
        match (json, html) {
            (true, _) => Some(Foreign::Json),
            (_, true) => Some(Foreign::Html),
            (false, false) => None,
        }
    }
}

/// Office files name their parts in the first local headers.
fn names_a_workbook(head: &[u8]) -> bool {
    let parts: [&[u8]; 4] =
        [b"[Content_Types].xml", b"xl/", b"docProps/", b"mimetypeapplication/vnd.oasis.opendocument.spreadsheet"];
    parts.iter().any(|part| memchr::memmem::find(head, part).is_some())
}

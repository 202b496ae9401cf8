//! Where bytes come from, and what is refused by name.

use std::io::Write;
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;

use super::super::{Error, Foreign, Options, Source, open};
use super::{drain, stream};

const TABLE: &[u8] = b"a,b\n1,2\n3,4\n";

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).expect("memory");
    encoder.finish().expect("memory")
}

fn file(folder: &Path, name: &str, bytes: &[u8]) -> Source {
    let path = folder.join(name);
    std::fs::write(&path, bytes).expect("a writable folder");
    Source::File(path)
}

fn refused(source: Source) -> Error {
    match open(source, &Options::default()).and_then(drain) {
        Err(error) => error,
        Ok(table) => panic!("{} was read as {}", table.rows.len(), table.dialect),
    }
}

#[test]
fn gzip_is_read_by_name_and_magic_in_many_members() {
    let folder = tempfile::tempdir().expect("a folder");
    let packed = [gzip(b"a,b\n1,"), gzip(b"2\n3,4\n")].concat();
    let reading = open(file(folder.path(), "t.csv.GZ", &packed), &Options::default()).expect("gzip");
    let progress = reading.progress();
    assert_eq!(progress.total(), Some(packed.len() as u64));
    assert_eq!(drain(reading).expect("sound").cells(), [["1", "2"], ["3", "4"]]);
    assert_eq!(progress.consumed(), packed.len() as u64);
    let reading = open(stream(&packed), &Options::default()).expect("a stream shows what it is");
    assert_eq!((reading.progress().total(), drain(reading).expect("sound").rows.len()), (None, 2));
}

#[test]
fn damaged_gzip_is_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let whole = gzip(&TABLE.repeat(1000));
    for cut in [5, whole.len() / 2, whole.len() - 1] {
        let error = refused(file(folder.path(), "t.csv.gz", &whole[..cut]));
        assert!(matches!(error, Error::Gzip { .. }), "{error}");
    }
    let mut bad = whole.clone();
    let sum = bad.len() - 6;
    bad[sum] ^= 1;
    assert!(matches!(refused(file(folder.path(), "t.csv.gz", &bad)), Error::Gzip { .. }));
    assert!(matches!(refused(file(folder.path(), "t.csv.gz", TABLE)), Error::NotGzip { .. }));
    assert!(matches!(refused(file(folder.path(), "t.csv.gz", b"")), Error::Empty { .. }));
}

#[test]
fn what_is_no_csv_is_refused_by_name() {
    let folder = tempfile::tempdir().expect("a folder");
    let packed = gzip(TABLE);
    let cases: [(&[u8], Foreign); 11] = [
        (b"PK\x03\x04\x14\0\x06\0[Content_Types].xml", Foreign::Workbook),
        (b"PK\x03\x04\x14\0\0\0data.csv", Foreign::Zip),
        (b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", Foreign::OldExcel),
        (&packed, Foreign::Gzip),
        (b"SQLite format 3\0\x10\0", Foreign::Sqlite),
        (b"%PDF-1.7\n", Foreign::Pdf),
        (b"PAR1\x15\x04\x15", Foreign::Parquet),
        (b"\x28\xB5\x2F\xFD\x04", Foreign::Compressed("zstd")),
        (b" [\n {\"a\": 1, \"b\": 2}\n]", Foreign::Json),
        (b"{\"a\":1}\n{\"a\":2}\n", Foreign::Json),
        (b"<!DOCTYPE html>\n<html>", Foreign::Html),
    ];
    for (bytes, expected) in cases {
        let error = refused(file(folder.path(), "t.csv", bytes));
        assert!(matches!(error, Error::Foreign { kind, .. } if kind == expected), "{expected}: {error}");
    }
    let error = refused(file(folder.path(), "t.csv", &packed));
    assert!(error.to_string().ends_with("is gzip data under a name that does not end in `.gz`, not a CSV file"));
    assert_eq!(error.hint().as_deref(), Some("rename it to end in `.csv.gz`"));
}

#[test]
fn letters_that_only_look_like_magic_are_a_header() {
    for text in [&b"PAR1,b\n1,2\n"[..], b"BZh,b\n1,2\n", b"[id],[name]\n1,x\n", b"{x},y\n1,2\n"] {
        assert_eq!(drain(open(stream(text), &Options::default()).expect("csv")).expect("csv").rows.len(), 1);
    }
}

#[test]
fn places_that_are_no_file() {
    let folder = tempfile::tempdir().expect("a folder");
    assert!(matches!(refused(Source::File(folder.path().to_owned())), Error::Directory { .. }));
    let error = refused(Source::File(folder.path().join("none.csv")));
    assert!(matches!(error, Error::Missing { .. }) && error.to_string().ends_with("none.csv` does not exist"));
}

//! One byte of the file is changed, anywhere: either something names it, or every view and every export is what it was.
//!
//! `CXGEAR_MUTATIONS=20000 cargo test --test damage` looks at more places than the usual ones.
#![expect(clippy::unwrap_used, reason = "a test may: it fails there, and says where")]

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::process::{Command, Output};

use cxgear::model::id::JobId;
use cxgear::model::time::Timestamp;
use cxgear::store::{self, Access, Read as _, RecordAsk, SqliteStore};
use cxgear::ui::stream::{ColorChoice, Facts, Target, Terminal, Wish};
use cxgear::ui::{self, Format};
use cxgear::views::export::{Cells, Columns, Which, export};
use cxgear::views::{self, Args, Form, verify::verify};
use jiff::tz::TimeZone;

/// The places that are looked at each time, and those in which the program itself is started.
const PLACES: usize = 200;
const STARTED: usize = 30;

const SPINNER: &str = "name = \"s\"\n[params]\nn = \"integer\"\n\
    [[steps]]\nname = \"a\"\ntype = \"log\"\nmessage = \"row {{ n }}, {{ text }}\"\n\
    [[steps]]\nname = \"b\"\ntype = \"log\"\nwhen = \"n % 5 == 0\"\nmessage = \"{{ 1 // (n % 10) }}\"\n\
    [[steps]]\nname = \"c\"\ntype = \"tag\"\ndisposition = \"{{ 'even' if n % 2 == 0 else 'odd' }}\"\ntags = [\"x\", \"y\"]\n";

fn command(folder: &Path, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cxgear"));
    command.args(args).current_dir(folder).env_clear().env("SOURCE_DATE_EPOCH", "1774447200").env("TZ", "UTC");
    command.output().unwrap()
}

/// Tables that were appended, replaced and dropped, two versions of a spinner, jobs that failed in part, were pruned,
/// were repeated and wait: some hundred kilobytes.
fn prepare(folder: &Path) {
    let rows = |from: u32, to: u32| -> String {
        (from..=to)
            .map(|n| format!("{n},the text of row {n} is of some length,{}\n", "pad ".repeat(n as usize % 90)))
            .collect()
    };
    fs::write(folder.join("t.csv"), format!("n,text,pad\n{}", rows(1, 150))).unwrap();
    fs::write(folder.join("u.csv"), format!("n,text,pad\n{}", rows(100, 200))).unwrap();
    fs::write(folder.join("v.csv"), "pad,n,text\na,1,one\nb,1,two\nc,3,three\n").unwrap();
    fs::write(folder.join("s.toml"), SPINNER).unwrap();
    fs::write(folder.join("s2.toml"), format!("# The second version.\n{}", SPINNER.replace("odd", "strange"))).unwrap();
    let commands: [(i32, &[&str]); 14] = [
        (1, &["run", "s.toml", "t.csv", "--metadata", "n,text", "--limit", "50", "--idempotency-key", "k"]),
        (0, &["import", "u.csv", "--table", "t", "--append", "--unique", "n"]),
        (0, &["import", "v.csv", "--unique", "n"]),
        (0, &["import", "u.csv", "--table", "w"]),
        (0, &["import", "v.csv", "--table", "w", "--replace"]),
        (0, &["import", "v.csv", "--table", "gone"]),
        (0, &["table", "drop", "gone"]),
        (1, &["run", "s2.toml", "--table", "t", "--new", "--limit", "30"]),
        (1, &["run", "s", "--table", "t", "--failed-in", "1"]),
        (0, &["prune", "--job", "3"]),
        (1, &["run", "s", "--table", "t", "--max-failures", "1", "--rows", "8-40"]),
        (1, &["run", "s", "--table", "t", "--rows", "5,8,10-14"]),
        (0, &["run", "s", "--table", "t", "--rows", "3-9", "--detach", "--max-failures", "50%"]),
        (0, &["verify"]),
    ];
    for (code, args) in commands {
        let output = command(folder, args);
        assert_eq!(output.status.code(), Some(code), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
    }
    // A reader leaves it there, empty.
    let wal = fs::metadata(folder.join("cxgear.db-wal")).map_or(0, |wal| wal.len());
    assert_eq!(wal, 0, "all of it is in the one file");
}

struct Page(Vec<u8>);

impl Write for Page {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Target for Page {
    fn is_screen(&self, _: &Terminal) -> bool {
        false
    }
}

fn terminal() -> Terminal {
    let wish = Wish {
        color: ColorChoice::Never,
        quiet: false,
        verbose: 0,
        zone: TimeZone::UTC,
        no_color: true,
        clicolor_force: false,
        term: None,
        columns: Some(80),
    };
    Terminal::with(wish, Facts { out_terminal: false, err_terminal: false, columns: None, err_columns: None })
}

const FORMS: [(Form, Format); 4] = [
    (Form::Table, Format::Table),
    (Form::Json, Format::Json),
    (Form::Ndjson, Format::Ndjson),
    (Form::Csv, Format::Csv),
];

/// What is asked: every view, of everything there was when the file was whole.
struct Questions {
    views: Vec<(&'static str, Vec<(&'static str, String)>)>,
    jobs: Vec<JobId>,
    terminal: Terminal,
}

impl Questions {
    fn of(store: &SqliteStore) -> Questions {
        let mut asked = vec![("status", vec![]), ("jobs", vec![("limit", "99".to_owned())]), ("table list", vec![])];
        asked.push(("spinner list", vec![]));
        asked.push(("events", vec![("limit", "9999".to_owned())]));
        asked.push(("events", vec![("limit", "9999".to_owned()), ("reveal", String::new())]));
        let jobs: Vec<_> = store.jobs(None, 99).unwrap();
        for job in &jobs {
            let id = job.id.to_string();
            asked.push(("job", vec![("job", id.clone())]));
            asked.push(("records", vec![("job", id.clone()), ("limit", "999".to_owned())]));
            asked.push(("events", vec![("job", id), ("limit", "20".to_owned())]));
            // A journey of each kind is enough: the others say what `events` says.
            for record in store.records(job, &RecordAsk::default(), Default::default(), 12).unwrap() {
                asked.push(("record", vec![("record", record.id.to_string())]));
                asked.push(("journey", vec![("record", record.id.to_string())]));
            }
        }
        for table in store.tables().unwrap() {
            asked.push(("table show", vec![("table", table.name.clone()), ("limit", "999".to_owned())]));
        }
        for version in store.spinners(None).unwrap() {
            asked.push(("spinner show", vec![("name", version.name), ("version", version.version.to_string())]));
        }
        Questions { views: asked, jobs: jobs.iter().map(|job| job.id).collect(), terminal: terminal() }
    }

    /// Every answer in some forms, under what was asked; an error is an answer too.
    fn ask(&self, path: &Path, forms: &[(Form, Format)]) -> BTreeMap<String, Result<Vec<u8>, String>> {
        let mut answers = BTreeMap::new();
        let store = match store::open(path, Access::Snapshot) {
            Ok(store) => store,
            Err(error) => return BTreeMap::from([("open".to_owned(), Err(error.to_string()))]),
        };
        for &(form, format) in forms {
            for (name, given) in &self.views {
                let view = views::named(name).unwrap();
                let mut args = Args::new(form, Timestamp(1_774_450_000_000), TimeZone::UTC);
                for (name, text) in given {
                    let arg = view.args.iter().find(|arg| arg.name == *name).unwrap();
                    args.read(arg, text).unwrap();
                }
                let answer = (view.report)(&store, &args).map_err(|error| error.to_string());
                answers.insert(format!("{name} {given:?} {format:?}"), self.show(answer, format));
            }
            for &job in &self.jobs {
                for columns in [Columns::Table, Columns::Metadata] {
                    let cells = [Cells::Safe, Cells::Data][usize::from(format == Format::Json)];
                    let answer = match store.job(job) {
                        Ok(Some(job)) => {
                            export(&store, &job, Which::All, columns, cells).map_err(|error| error.to_string())
                        }
                        Ok(None) => Err("there is no such job".to_owned()),
                        Err(error) => Err(error.to_string()),
                    };
                    answers.insert(format!("export {job} {columns:?} {format:?}"), self.show(answer, format));
                }
            }
        }
        answers
    }

    fn show(
        &self,
        answer: Result<cxgear::model::report::Report<'_>, String>,
        format: Format,
    ) -> Result<Vec<u8>, String> {
        let mut page = Page(Vec::new());
        ui::show(answer?, format, &self.terminal, &mut page).map_err(|error| error.to_string())?;
        Ok(page.0)
    }
}

/// What came of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Fate {
    /// `verify` names it.
    Verified,
    /// `verify` has nothing to say, but a command that meets it names it.
    Met,
    /// Nobody can see it.
    Harmless,
}

/// SplitMix64: the same places each time.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A place in the file and what is done to the byte that is there.
    fn change(&mut self, length: usize) -> (usize, u8) {
        let place = usize::try_from(self.next() % length as u64).unwrap();
        (place, u8::try_from(self.next() % 255).unwrap() + 1)
    }
}

/// Writes the file with one byte changed; nothing of an earlier change is left beside it.
fn write_changed(path: &Path, whole: &[u8], (place, flip): (usize, u8)) {
    for beside in ["-wal", "-shm", "-journal"] {
        drop(fs::remove_file(format!("{}{beside}", path.display())));
    }
    let mut bytes = whole.to_vec();
    bytes[place] ^= flip;
    fs::write(path, bytes).unwrap();
}

fn judge(
    path: &Path,
    questions: &Questions,
    before: &BTreeMap<String, Result<Vec<u8>, String>>,
) -> Result<Fate, String> {
    let said = match store::open(path, Access::Snapshot) {
        Ok(store) => {
            verify(&store, None, None).map(|verified| verified.breaches.len()).map_err(|error| error.to_string())
        }
        Err(error) => Err(error.to_string()),
    };
    if said != Ok(0) {
        // Whatever is said now, nothing may panic.
        questions.ask(path, &FORMS[2..3]);
        return Ok(Fate::Verified);
    }
    let after = questions.ask(path, &FORMS);
    if after == *before {
        return Ok(Fate::Harmless);
    }
    let mut wrong = before.iter().filter(|(asked, answer)| after.get(*asked) != Some(*answer));
    if wrong.clone().all(|(asked, _)| after.get(asked).is_none_or(Result::is_err)) {
        return Ok(Fate::Met);
    }
    let (asked, before) = wrong.find(|(asked, _)| after.get(*asked).is_some_and(Result::is_ok)).unwrap();
    let text = |answer: &Result<Vec<u8>, String>| {
        format!("{:?}", answer.as_ref().map(|page| String::from_utf8_lossy(page).into_owned()))
    };
    Err(format!("{asked}: {}\nwas {}", text(&after[asked]), text(before)))
}

#[test]
fn a_changed_byte_is_named_or_harmless() {
    let folder = tempfile::tempdir().unwrap();
    prepare(folder.path());
    let path = folder.path().join("cxgear.db");
    let whole = fs::read(&path).unwrap();
    assert!(whole.len() > 200_000, "{} bytes", whole.len());
    let questions = Questions::of(&store::open(&path, Access::Snapshot).unwrap());
    let before = questions.ask(&path, &FORMS);
    assert!(before.len() > 500, "{} answers", before.len());
    assert!(before.values().filter(|answer| answer.is_err()).count() < before.len() / 8, "most questions have answers");
    let places = std::env::var("CXGEAR_MUTATIONS").map_or(PLACES, |places| places.parse().unwrap());
    let mut random = Random(7);
    let changes: Vec<_> = (0..places).map(|_| random.change(whole.len())).collect();
    let half = |nth: usize, changes: &[(usize, u8)]| -> Vec<Fate> {
        let path = folder.path().join(format!("changed-{nth}.db"));
        let fate = |change: &(usize, u8)| {
            write_changed(&path, &whole, *change);
            let judged = catch_unwind(AssertUnwindSafe(|| judge(&path, &questions, &before)));
            match judged.unwrap_or_else(|_| panic!("byte {} ^ {}: it panicked", change.0, change.1)) {
                Ok(fate) => fate,
                Err(wrong) => panic!("byte {} ^ {}: {wrong}", change.0, change.1),
            }
        };
        changes.iter().map(fate).collect()
    };
    let fates: Vec<Fate> = std::thread::scope(|scope| {
        let half = &half;
        let start = |(nth, changes)| scope.spawn(move || half(nth, changes));
        let threads: Vec<_> = changes.chunks(places.div_ceil(2)).enumerate().map(start).collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    let count = |fate| fates.iter().filter(|own| **own == fate).count();
    let (verified, met, harmless) = (count(Fate::Verified), count(Fate::Met), count(Fate::Harmless));
    let told =
        format!("{verified} named by verify, {met} by the command that met them, {harmless} harmless of {places}");
    assert_eq!(verified + met + harmless, places, "{told}");
    // More than a third of such a file is room that is kept free in its pages.
    assert!(verified + met > places / 3, "{told}");
    let mut report = fs::File::create(Path::new(env!("CARGO_TARGET_TMPDIR")).join("mutations.txt")).unwrap();
    writeln!(report, "{told}").unwrap();
}

/// The same through the program's own door: its exit codes, and never a panic.
#[test]
fn the_program_names_it_too() {
    let folder = tempfile::tempdir().unwrap();
    prepare(folder.path());
    let path = folder.path().join("cxgear.db");
    let whole = fs::read(&path).unwrap();
    let commands: [&[&str]; 6] = [
        &["verify"],
        &["status"],
        &["records", "1", "--format", "json"],
        &["export", "2"],
        &["events", "--format", "ndjson"],
        &["table", "show", "t", "--format", "csv"],
    ];
    let all = || -> Vec<Output> {
        let run = |args: &&[&str]| {
            let output = command(folder.path(), args);
            let said = String::from_utf8_lossy(&output.stderr);
            assert!(matches!(output.status.code(), Some(0 | 2 | 3)), "{args:?}: {:?} {said}", output.status);
            assert!(!said.contains("panicked"), "{args:?}: {said}");
            output
        };
        commands.iter().map(run).collect()
    };
    let before = all();
    assert!(before.iter().all(|output| output.status.code() == Some(0)));
    let mut random = Random(11);
    let (mut named, mut harmless) = (0, 0);
    for _ in 0..STARTED {
        let change = random.change(whole.len());
        write_changed(&path, &whole, change);
        let after = all();
        if after.iter().any(|output| output.status.code() != Some(0)) {
            named += 1;
        } else {
            let same = before.iter().zip(&after).all(|(before, after)| before.stdout == after.stdout);
            assert!(same, "byte {} ^ {} shows and is not named", change.0, change.1);
            harmless += 1;
        }
    }
    assert_eq!(named + harmless, STARTED);
    assert!(named > STARTED / 3, "{named} of {STARTED} are named");
}

//! One event of the log is deleted, edited, doubled or swapped, and all after it is numbered anew. With the seals as they
//! were, `verify` sees it; with seals made anew, a seal that was kept elsewhere does.
#![expect(clippy::unwrap_used, reason = "a test may: it fails there, and says where")]

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use cxgear::model::id::{Cursor, JobId, RequestId, RowId, WorkspaceId};
use cxgear::model::seal::Sealing;
use cxgear::model::segment::{StoredSegment, digest};
use cxgear::model::time::Timestamp;
use cxgear::store::{self, Access, Read as _, Scope};
use cxgear::views::verify::verify;
use rusqlite::Connection;
use serde_json::value::RawValue;

const SPINNER: &str = "name = \"s\"\n[params]\nn = \"integer\"\n\
    [[steps]]\nname = \"a\"\ntype = \"log\"\nmessage = \"row {{ n }}\"\n\
    [[steps]]\nname = \"b\"\ntype = \"log\"\nwhen = \"n % 5 == 0\"\nmessage = \"{{ 1 // (n % 10) }}\"\non_failure = \"goto:d\"\n\
    [[steps]]\nname = \"c\"\ntype = \"decision\"\nbranches = [{ label = \"x\", when = \"n % 2 == 0\", goto = \"e\" }]\ndefault = \"d\"\n\
    [[steps]]\nname = \"d\"\ntype = \"log\"\nmessage = \"{{ 1 // (n - 7) }}\"\n\
    [[steps]]\nname = \"e\"\ntype = \"tag\"\ndisposition = \"done\"\n";

fn cxgear(folder: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_cxgear")).args(args).current_dir(folder).env_clear().output().unwrap()
}

fn prepare(folder: &Path) {
    let rows: String = (1..=12).map(|n| format!("{n},x\n")).collect();
    std::fs::write(folder.join("t.csv"), format!("n,t\n{rows}")).unwrap();
    std::fs::write(folder.join("s.toml"), SPINNER).unwrap();
    let commands: [(i32, &[&str]); 6] = [
        (1, &["run", "s.toml", "t.csv", "--metadata", "n"]),
        (1, &["run", "s", "--max-failures", "0"]),
        (0, &["run", "s", "--rows", "1-2"]),
        (0, &["prune", "--job", "3"]),
        (0, &["import", "t.csv", "--table", "u"]),
        (0, &["table", "drop", "u"]),
    ];
    for (code, args) in commands {
        let output = cxgear(folder, args);
        assert_eq!(output.status.code(), Some(code), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
    }
}

/// A segment whose events are apart.
#[derive(Clone)]
struct Loose {
    stored: StoredSegment,
    events: Vec<String>,
    /// The seal that its commit has, by place.
    seal: usize,
}

/// What is done to one event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Deed {
    Delete,
    Edit,
    Double,
    Swap,
}

const DEEDS: [Deed; 4] = [Deed::Delete, Deed::Edit, Deed::Double, Deed::Swap];

/// A log that can be forged.
struct Forger {
    whole: PathBuf,
    log: Vec<Loose>,
    workspace: WorkspaceId,
    requests: Vec<RequestId>,
    /// Tombstones: they keep the places of what was there.
    graves: Vec<(Cursor, u32, [u8; 32], usize)>,
    last_seal: String,
}

impl Forger {
    fn of(whole: PathBuf) -> Forger {
        let store = store::open(&whole, Access::Read).unwrap();
        let seals = store.seals(Cursor(0), 9_999).unwrap();
        let seal_of = |last: Cursor| seals.iter().position(|seal| seal.upto >= last).unwrap();
        let loose = |stored: StoredSegment| {
            let events: Vec<Box<RawValue>> = serde_json::from_str(&stored.events).unwrap();
            let events = events.iter().map(|event| event.get().to_owned()).collect();
            Loose { seal: seal_of(stored.last()), events, stored }
        };
        let log: Vec<_> = store.segments(Scope::All, Cursor(0), 99_999).unwrap().into_iter().map(loose).collect();
        let graves = store.tombstones(Cursor(0), 9_999).unwrap();
        let graves = graves.iter().map(|t| (t.cursor, t.n, t.hash, seal_of(t.last()))).collect();
        let last_seal = seals.last().unwrap().hash.iter().map(|byte| format!("{byte:02x}")).collect();
        let requests = seals.iter().map(|seal| seal.request).collect();
        Forger { log, workspace: store.workspace().unwrap(), requests, graves, last_seal, whole }
    }

    /// The place of each event: its segment, and where it is in there.
    fn places(&self) -> Vec<(usize, usize)> {
        let of = |(at, loose): (usize, &Loose)| (0..loose.events.len()).map(|event| (at, event)).collect::<Vec<_>>();
        self.log.iter().enumerate().flat_map(of).collect()
    }

    /// The log after the deed; nothing where it changes nothing.
    fn forged(&self, deed: Deed, (segment, event): (usize, usize)) -> Option<Vec<Loose>> {
        let mut log = self.log.clone();
        let own = log[segment].events[event].clone();
        match deed {
            Deed::Delete => drop(log[segment].events.remove(event)),
            Deed::Edit => log[segment].events[event] = edited(&own),
            Deed::Double => log[segment].events.insert(event, own),
            Deed::Swap if event + 1 < log[segment].events.len() => log[segment].events.swap(event, event + 1),
            Deed::Swap => {
                let next = log.get_mut(segment + 1)?.events.first_mut()?;
                log[segment].events[event] = std::mem::replace(next, own);
            }
        }
        let same = log.iter().zip(&self.log).all(|(now, was)| now.events == was.events);
        (!same).then_some(log)
    }

    /// Writes the forged log into a copy: cursors, seqs and heads as they would have been.
    fn write(&self, copy: &Path, mut log: Vec<Loose>, seals_too: bool) {
        std::fs::copy(&self.whole, copy).unwrap();
        log.retain(|loose| !loose.events.is_empty());
        let db = Connection::open(copy).unwrap();
        let triggers = triggers(&db);
        db.execute_batch("PRAGMA synchronous = OFF; BEGIN").unwrap();
        for name in triggers.keys() {
            db.execute_batch(&format!("DROP TRIGGER {name}")).unwrap();
        }
        db.execute_batch("DELETE FROM cx_segment; DELETE FROM cx_tombstone").unwrap();
        let mut heads: HashMap<Option<JobId>, u64> = HashMap::new();
        let mut cursor = 1;
        // What was pruned stands where it stood, among the others.
        let mut graves = self.graves.iter().peekable();
        let mut commits: Vec<(u64, Vec<[u8; 32]>)> = vec![(0, Vec::new()); self.requests.len()];
        let mut job_of_graves = Vec::new();
        for loose in log {
            while let Some((_, n, hash, seal)) = graves.next_if(|(place, ..)| *place < loose.stored.cursor) {
                job_of_graves.push((cursor, *n, *hash));
                cursor += u64::from(*n);
                commits[*seal].0 = cursor - 1;
                commits[*seal].1.push(*hash);
            }
            let seq = heads.entry(loose.stored.job).or_default();
            let n = u32::try_from(loose.events.len()).unwrap();
            let events = format!("[{}]", loose.events.join(","));
            let stored = StoredSegment { cursor: Cursor(cursor), seq: *seq + 1, n, events, ..loose.stored };
            *seq += u64::from(n);
            cursor += u64::from(n);
            commits[loose.seal].0 = cursor - 1;
            commits[loose.seal].1.push(digest(&stored, &stored.events));
            insert(&db, &stored);
        }
        for (cursor, n, hash) in job_of_graves {
            let sql = "INSERT INTO cx_tombstone (cursor, job, n, hash) VALUES (?1, 3, ?2, ?3)";
            db.execute(sql, (cursor.cast_signed(), n, hash)).unwrap();
        }
        for (stream, seq) in heads {
            match stream {
                None => db.execute("UPDATE cx_workspace SET seq = ?1", [seq.cast_signed()]).unwrap(),
                Some(job) => {
                    let sql = "UPDATE cx_job SET seq = ?1 WHERE id = ?2";
                    db.execute(sql, (seq.cast_signed(), job.0.cast_signed())).unwrap()
                }
            };
        }
        self.seal(&db, &commits, seals_too);
        for sql in triggers.values() {
            db.execute_batch(sql).unwrap();
        }
        db.execute_batch("COMMIT").unwrap();
    }

    /// Seals where the commits end now: as they were, or made anew.
    fn seal(&self, db: &Connection, commits: &[(u64, Vec<[u8; 32]>)], anew: bool) {
        let hashes: Vec<[u8; 32]> = db
            .prepare("SELECT hash FROM cx_seal ORDER BY upto_cursor")
            .unwrap()
            .query_map([], |row| row.get(0))
            .unwrap()
            .collect::<rusqlite::Result<_>>()
            .unwrap();
        db.execute_batch("DELETE FROM cx_seal").unwrap();
        let mut sealing = Sealing::first(self.workspace);
        for (((upto, digests), request), stored) in commits.iter().zip(&self.requests).zip(hashes) {
            // A commit that lost its only event.
            if digests.is_empty() {
                continue;
            }
            digests.iter().for_each(|digest| sealing.add(*digest));
            let made = std::mem::replace(&mut sealing, Sealing::after([0; 32])).close(*request);
            sealing = Sealing::after(made);
            let hash = if anew { made } else { stored };
            let sql = "INSERT INTO cx_seal (upto_cursor, request, hash) VALUES (?1, ?2, ?3)";
            db.execute(sql, (upto.cast_signed(), request.0.cast_signed(), hash)).unwrap();
        }
    }
}

/// Something else of the same type: another letter or digit in what it says, else another time.
fn edited(event: &str) -> String {
    let mut value: Vec<serde_json::Value> = serde_json::from_str(event).unwrap();
    fn change(value: &mut serde_json::Value) -> bool {
        match value {
            serde_json::Value::String(text) => {
                text.push('x');
                true
            }
            serde_json::Value::Number(number) => {
                *value = (number.as_f64().unwrap() as u64 + 1).into();
                true
            }
            serde_json::Value::Array(list) => list.iter_mut().any(change),
            serde_json::Value::Object(map) => map.values_mut().any(change),
            serde_json::Value::Null | serde_json::Value::Bool(_) => false,
        }
    }
    if !value.get_mut(2).is_some_and(change) {
        let offset = value.get(1).and_then(serde_json::Value::as_i64).unwrap_or(0);
        value.truncate(1);
        value.push((offset - 1).into());
    }
    serde_json::to_string(&value).unwrap()
}

fn triggers(db: &Connection) -> BTreeMap<String, String> {
    db.prepare("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'")
        .unwrap()
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))
        .unwrap()
        .collect::<rusqlite::Result<_>>()
        .unwrap()
}

fn insert(db: &Connection, segment: &StoredSegment) {
    let mut insert = db
        .prepare_cached(
            "INSERT INTO cx_segment (cursor, job, row, seq, n, at, events) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )
        .unwrap();
    let Timestamp(at) = segment.at;
    let job = segment.job.map(|JobId(job)| job.cast_signed());
    let row = segment.row.map(|RowId(row)| row.cast_signed());
    insert
        .execute((segment.cursor.0.cast_signed(), job, row, segment.seq.cast_signed(), segment.n, at, &segment.events))
        .unwrap();
}

/// The rules that are broken.
fn broken(path: &Path, expect: Option<&str>) -> Vec<&'static str> {
    let verified = verify(&store::open(path, Access::Read).unwrap(), None, expect).unwrap();
    let mut rules: Vec<_> = verified.breaches.iter().map(|breach| breach.rule).collect();
    rules.sort_unstable();
    rules.dedup();
    rules
}

/// Up to three places of each type that occurs: the first, one in the middle, the last.
fn chosen(forger: &Forger) -> Vec<(usize, usize)> {
    let mut by_type: BTreeMap<&str, Vec<(usize, usize)>> = BTreeMap::new();
    for (segment, event) in forger.places() {
        let text = &forger.log[segment].events[event];
        by_type.entry(text[1..].split([',', ']']).next().unwrap()).or_default().push((segment, event));
    }
    assert!(by_type.len() >= 23, "only {} types occur", by_type.len());
    let mut chosen: Vec<_> =
        by_type.values().flat_map(|places| [places[0], places[places.len() / 2], places[places.len() - 1]]).collect();
    chosen.sort_unstable();
    chosen.dedup();
    chosen
}

#[test]
fn every_forgery_is_seen() {
    let folder = tempfile::tempdir().unwrap();
    prepare(folder.path());
    let forger = Forger::of(folder.path().join("cxgear.db"));
    let copy = folder.path().join("copy.db");
    forger.write(&copy, forger.log.clone(), true);
    assert_eq!(
        broken(&copy, Some(&forger.last_seal)),
        Vec::<&str>::new(),
        "what is not forged is made again as it was"
    );
    let places = chosen(&forger);
    let (mut done, mut seen, mut by_seals, mut expected, mut perfect, mut nothing) = (0, 0, 0, 0, 0, 0);
    for &place in &places {
        for deed in DEEDS {
            let Some(log) = forger.forged(deed, place) else {
                nothing += 1;
                continue;
            };
            done += 1;
            forger.write(&copy, log.clone(), false);
            let rules = broken(&copy, None);
            assert!(!rules.is_empty(), "{deed:?} at {place:?} with the old seals");
            seen += 1;
            by_seals += usize::from(rules.contains(&"E7"));
            forger.write(&copy, log, true);
            let rules = broken(&copy, None);
            assert!(!rules.contains(&"E7"), "{deed:?} at {place:?}: the forger is bad at his trade: {rules:?}");
            perfect += usize::from(rules.is_empty());
            let rules = broken(&copy, Some(&forger.last_seal));
            assert!(rules.contains(&"E7"), "{deed:?} at {place:?} with new seals: {rules:?}");
            expected += 1;
        }
    }
    // The last event of all has no neighbour to be swapped with.
    assert_eq!((done + nothing, nothing), (places.len() * DEEDS.len(), 1));
    assert_eq!((seen, expected), (done, done));
    // A last commit that is deleted whole takes its seal with it: the states know better.
    assert_eq!(by_seals, done - 1);
    assert!(done > 200, "{done} forgeries were made");
    // There are forgeries that nothing but the kept seal can show: that is what it is for.
    assert!(perfect > 0, "none of {done} was perfect");
}

#[test]
fn the_program_exits_with_three() {
    let folder = tempfile::tempdir().unwrap();
    prepare(folder.path());
    let forger = Forger::of(folder.path().join("cxgear.db"));
    let copy = folder.path().join("copy.db");
    let said = |segment: usize, event: usize| forger.log[segment].events[event].starts_with("[42,");
    let place = forger.places().into_iter().find(|&(segment, event)| said(segment, event)).unwrap();
    let log = forger.forged(Deed::Edit, place).unwrap();
    let verify = |more: &[&str]| cxgear(folder.path(), &[&["verify", "--db", "copy.db"], more].concat()).status.code();
    forger.write(&copy, log.clone(), false);
    assert_eq!(verify(&[]), Some(3), "the old seals show what was changed");
    forger.write(&copy, log, true);
    assert_eq!(verify(&[]), Some(0), "a message that was changed, with every seal after it, is a log like any other");
    assert_eq!(verify(&["--expect", &forger.last_seal]), Some(3), "but not the one that was sealed so");
}

//! Credentials: every change is an event, nothing is sealed with a key that was changed, and what is gone is gone.

use std::path::Path;

use super::*;
use crate::model::event::EventType;
use crate::model::id::{Cursor, WorkspaceId};
use crate::store::{self, Access, Invocation, Read as _, Scope, Write as _};

const NOW: Timestamp = Timestamp(1_000);

fn invocation() -> Invocation {
    Invocation { verb: "test".to_owned(), at: NOW, workspace: Some(WorkspaceId(7)) }
}

fn empty() -> SqliteStore {
    SqliteStore::in_memory(invocation()).unwrap()
}

fn a_lock(of: u8) -> Lock {
    let stretch = Some(Stretch { memory: 64, passes: 3, lanes: 1, salt: vec![of; 16] });
    Lock { id: vec![7; 16], stretch, nonce: vec![of; 24], wrapped: vec![of; 48] }
}

fn a_value(name: &str, of: u8) -> Sealed {
    Sealed { name: name.to_owned(), nonce: vec![of; 24], ciphertext: vec![of; 40] }
}

fn happen(store: &mut SqliteStore, at: Timestamp, event: EventType, name: &str) -> Result<()> {
    let text = serde_json::value::to_raw_value(&json!({ "name": name })).unwrap();
    let event = Event::read(event, Some(&text)).unwrap();
    store.append(&[Segment::workspace(at, vec![event]).unwrap()]).map(drop)
}

/// What the log says of credentials.
fn told(store: &SqliteStore) -> Vec<String> {
    let segments = store.segments(Scope::Workspace, Cursor(0), 99).unwrap();
    let entries = segments.iter().flat_map(|segment| segment.entries().unwrap());
    let of = |event: &Event| event.credential().map(|name| format!("{} {name}", &event.kind().name()[11..]));
    entries.filter_map(|entry| of(&entry.event)).collect()
}

fn states(store: &SqliteStore) -> Vec<(String, &'static str, i64, i64)> {
    let all = store.credentials().unwrap().into_iter();
    all.map(|one| (one.name, one.status.name(), one.created_at.0, one.updated_at.0)).collect()
}

fn state(name: &str, status: &'static str, created: i64, updated: i64) -> (String, &'static str, i64, i64) {
    (name.to_owned(), status, created, updated)
}

fn whole(store: &SqliteStore) {
    let verified = crate::views::verify::verify(store, None, None).unwrap();
    assert!(verified.breaches.is_empty(), "{:?}", verified.breaches);
}

#[test]
fn a_new_value_is_unverified_whatever_was_there() {
    let mut store = empty();
    assert_eq!((store.vault().unwrap(), states(&store)), (None, vec![]));
    let lock = a_lock(1);
    store.keep_credentials(NOW, &lock, &[a_value("b", 1), a_value("A", 2)], Clash::Refuse).unwrap();
    assert_eq!(store.vault().unwrap(), Some(lock.clone()));
    assert_eq!(states(&store), [state("A", "unverified", 1_000, 1_000), state("b", "unverified", 1_000, 1_000)]);
    // Unverified: another in its place. Verified: the same one, with another value.
    store.keep_credentials(Timestamp(2_000), &lock, &[a_value("b", 3)], Clash::Replace).unwrap();
    happen(&mut store, Timestamp(3_000), EventType::CredentialVerified, "A").unwrap();
    assert_eq!(states(&store), [state("A", "verified", 1_000, 1_000), state("b", "unverified", 2_000, 2_000)]);
    // A clock that was set back does not reach the log, nor what is folded from it.
    store.keep_credentials(Timestamp(10), &lock, &[a_value("A", 4)], Clash::Replace).unwrap();
    store.keep_credentials(Timestamp(20), &lock, &[a_value("c", 5)], Clash::Replace).unwrap();
    let expected = [
        state("A", "unverified", 1_000, 3_000),
        state("b", "unverified", 2_000, 2_000),
        state("c", "unverified", 3_000, 3_000),
    ];
    assert_eq!(states(&store), expected);
    assert_eq!(store.sealed().unwrap(), [a_value("A", 4), a_value("b", 3), a_value("c", 5)]);
    assert_eq!(
        told(&store),
        ["created b", "created A", "deleted b", "created b", "verified A", "unverified A", "created c"]
    );
    whole(&store);
}

#[test]
fn what_is_there_is_replaced_only_when_that_is_meant() {
    let mut store = empty();
    let lock = a_lock(1);
    store.keep_credentials(NOW, &lock, &[a_value("a", 1), a_value("b", 1)], Clash::Refuse).unwrap();
    let more = [a_value("c", 2), a_value("B", 2), a_value("a", 2)];
    let taken = store.keep_credentials(NOW, &lock, &more, Clash::Refuse).unwrap_err();
    assert_eq!(taken.to_string(), "there are credentials `b` and `a` already");
    // A value is bound to its name letter by letter, so it cannot be put under another spelling.
    assert!(matches!(store.keep_credentials(NOW, &lock, &more, Clash::Replace), Err(Error::VaultChanged)));
    assert_eq!(store.sealed().unwrap(), [a_value("a", 1), a_value("b", 1)]);
    assert_eq!(told(&store).len(), 2, "what is refused is not told");
}

#[test]
fn a_name_is_changed_and_the_rest_stays_sealed() {
    let mut store = empty();
    let lock = a_lock(1);
    store.keep_credentials(NOW, &lock, &[a_value("a", 1), a_value("b", 2)], Clash::Refuse).unwrap();
    let rename = |store: &mut SqliteStore, from: Sealed, to: &str| {
        store.rename_credential(Timestamp(2_000), &lock, &from, &a_value(to, 9))
    };
    assert!(matches!(rename(&mut store, a_value("a", 1), "B"), Err(Error::CredentialsTaken(names)) if names == ["b"]));
    assert!(
        matches!(rename(&mut store, a_value("a", 3), "c"), Err(Error::VaultChanged)),
        "it has another value by now"
    );
    assert!(matches!(rename(&mut store, a_value("x", 1), "c"), Err(Error::VaultChanged)));
    rename(&mut store, a_value("a", 1), "c").unwrap();
    rename(&mut store, a_value("b", 2), "B").unwrap();
    assert_eq!(store.sealed().unwrap(), [a_value("B", 9), a_value("c", 9)]);
    assert_eq!(told(&store)[2..], ["deleted a", "created c", "deleted b", "created B"]);
    let last = store.segments(Scope::Workspace, Cursor(0), 9).unwrap().pop().unwrap().events;
    assert!(last.contains(r#"{"name":"B","renamed_from":"b"}"#), "{last}");
    whole(&store);
}

#[test]
fn with_the_last_one_the_vault_goes() {
    let mut store = empty();
    store.keep_credentials(NOW, &a_lock(1), &[a_value("a", 1), a_value("b", 2)], Clash::Refuse).unwrap();
    assert!(matches!(store.delete_credential(NOW, "c"), Err(Error::NoCredential(name)) if name == "c"));
    store.delete_credential(NOW, "A").unwrap();
    assert_eq!(store.vault().unwrap(), Some(a_lock(1)));
    store.delete_credential(NOW, "b").unwrap();
    assert_eq!((store.vault().unwrap(), store.sealed().unwrap()), (None, vec![]));
    store.keep_credentials(NOW, &a_lock(2), &[a_value("a", 3)], Clash::Refuse).unwrap();
    assert_eq!(store.vault().unwrap(), Some(a_lock(2)));
    assert_eq!(told(&store)[2..], ["deleted a", "deleted b", "created a"]);
    whole(&store);
}

#[test]
fn nothing_is_sealed_with_a_key_that_was_changed() {
    let mut store = empty();
    let (old, new) = (a_lock(1), a_lock(2));
    store.keep_credentials(NOW, &old, &[a_value("a", 1), a_value("b", 2)], Clash::Refuse).unwrap();
    let before = [a_value("a", 1), a_value("b", 2)];
    let pairs = |before: &[Sealed]| -> Vec<_> {
        before.iter().map(|entry| (entry.clone(), a_value(&entry.name, entry.nonce[0] + 10))).collect()
    };
    let mut refused = 0;
    let mut refuse = |done: Result<()>| {
        assert!(matches!(done, Err(Error::VaultChanged)), "{done:?}");
        refused += 1;
    };
    refuse(store.rekey_vault(&new, &a_lock(3), &pairs(&before)));
    refuse(store.rekey_vault(&old, &new, &pairs(&before[..1])));
    refuse(store.rekey_vault(&old, &new, &pairs(&[a_value("a", 1), a_value("b", 3)])));
    refuse(store.rekey_vault(&old, &new, &pairs(&[a_value("a", 1), a_value("b", 2), a_value("c", 3)])));
    assert_eq!((store.vault().unwrap(), store.sealed().unwrap()), (Some(old.clone()), before.to_vec()));
    store.rekey_vault(&old, &new, &pairs(&before)).unwrap();
    assert_eq!(
        (store.vault().unwrap(), store.sealed().unwrap()),
        (Some(new), vec![a_value("a", 11), a_value("b", 12)])
    );
    // Whoever read the vault before.
    refuse(store.keep_credentials(NOW, &old, &[a_value("c", 1)], Clash::Replace));
    refuse(store.rename_credential(NOW, &old, &a_value("a", 11), &a_value("c", 1)));
    assert_eq!((refused, told(&store).len()), (6, 2), "a new key is no change of any credential");
    whole(&store);
}

#[test]
fn states_that_cannot_follow_are_refused() {
    let mut store = empty();
    store.keep_credentials(NOW, &a_lock(1), &[a_value("a", 1)], Clash::Refuse).unwrap();
    let cases = [
        (EventType::CredentialCreated, "a"),
        (EventType::CredentialUnverified, "a"),
        (EventType::CredentialVerified, "b"),
        (EventType::CredentialDeleted, "b"),
        (EventType::CredentialVerified, "A"),
        (EventType::CredentialCreated, "A"),
    ];
    for (event, name) in cases {
        let done = happen(&mut store, NOW, event, name);
        assert!(matches!(&done, Err(Error::Illegal(illegal)) if illegal.event == event.name()), "{done:?}");
    }
    let nameless = vec![Event::CredentialVerified(facts(json!({})))];
    let done = store.append(&[Segment::workspace(NOW, nameless).unwrap()]);
    assert!(matches!(done, Err(Error::Illegal(_))));
    for event in [EventType::CredentialInvalid, EventType::CredentialVerified, EventType::CredentialUnverified] {
        happen(&mut store, NOW, event, "a").unwrap();
    }
    assert_eq!(states(&store), [state("a", "unverified", 1_000, 1_000)]);
    assert_eq!(told(&store).len(), 4);
    whole(&store);
}

/// The bytes of the database and of its WAL.
fn bytes(path: &Path) -> Vec<u8> {
    let wal = path.with_extension("db-wal");
    [std::fs::read(path).unwrap(), std::fs::read(wal).unwrap_or_default()].concat()
}

#[test]
fn what_was_replaced_is_gone_from_the_disk() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.db");
    let mut store = store::open(&path, Access::Create(invocation())).unwrap();
    let marked = |name: &str, of: u8| Sealed { ciphertext: [of; 3_000].to_vec(), ..a_value(name, of) };
    let holds = |of: u8| bytes(&path).windows(64).any(|part| part.iter().all(|byte| *byte == of));
    store.keep_credentials(NOW, &a_lock(1), &[marked("a", 0xa1), marked("b", 0xb1)], Clash::Refuse).unwrap();
    assert!(holds(0xa1) && holds(0xb1));
    store.keep_credentials(NOW, &a_lock(1), &[marked("a", 0xa2)], Clash::Replace).unwrap();
    assert!(!holds(0xa1) && holds(0xa2));
    let pairs = [(marked("a", 0xa2), marked("a", 0xa3)), (marked("b", 0xb1), marked("b", 0xb2))];
    store.rekey_vault(&a_lock(1), &a_lock(2), &pairs).unwrap();
    assert!(!holds(0xa2) && !holds(0xb1) && holds(0xa3) && holds(0xb2));
    store.delete_credential(NOW, "a").unwrap();
    assert!(!holds(0xa3) && holds(0xb2));
    // A reader is not waited for; what it may still see is overwritten by the next change.
    let reader = store::open(&path, Access::Snapshot).unwrap();
    assert_eq!(reader.sealed().unwrap().len(), 1);
    store.delete_credential(NOW, "b").unwrap();
    assert_eq!(reader.sealed().unwrap(), [marked("b", 0xb2)]);
    drop(reader);
    store.keep_credentials(NOW, &a_lock(3), &[a_value("c", 1)], Clash::Refuse).unwrap();
    assert!(!holds(0xb2));
}

#[test]
fn a_state_that_is_not_the_logs_is_a_breach() {
    let lock = a_lock(1);
    let cases = [
        (
            "UPDATE cx_credential SET status = 1 WHERE name = 'a'",
            "credential a: its state is not what its events come to",
        ),
        (
            "UPDATE cx_credential SET updated_at = 1001 WHERE name = 'a'",
            "credential a: its state is not what its events",
        ),
        (
            "UPDATE cx_credential SET created_at = 999 WHERE name = 'a'",
            "credential a: its state is not what its events",
        ),
        ("DELETE FROM cx_credential WHERE name = 'a'", "credential a: it has events, and no state"),
        ("UPDATE cx_credential SET name = 'A' WHERE name = 'a'", "credential A: it has a state, and no events"),
        (
            "INSERT INTO cx_credential SELECT 'c', status, nonce, ciphertext, created_at, updated_at FROM cx_credential \
             WHERE name = 'a'",
            "credential c: it has a state, and no events",
        ),
        ("DELETE FROM cx_vault", "vault: there is nothing to open it with"),
    ];
    let mut seen = 0;
    for (sql, told) in cases {
        let mut store = empty();
        store.keep_credentials(NOW, &lock, &[a_value("a", 1), a_value("b", 2)], Clash::Refuse).unwrap();
        whole(&store);
        store.db.execute_batch(sql).unwrap();
        let verified = crate::views::verify::verify(&store, None, None).unwrap();
        let breaches: Vec<_> =
            verified.breaches.iter().map(|breach| format!("{}: {}", breach.object, breach.what)).collect();
        assert!(breaches.iter().any(|breach| breach.starts_with(told)), "{sql}: {breaches:?}");
        assert!(verified.breaches.iter().all(|breach| breach.rule == "F4"), "{breaches:?}");
        seen += 1;
    }
    // A log that tells of states that cannot follow one another.
    let mut store = empty();
    store.keep_credentials(NOW, &lock, &[a_value("a", 1)], Clash::Refuse).unwrap();
    store.db.execute_batch("DROP TRIGGER cx_segment_is_final").unwrap();
    store.db.execute_batch("UPDATE cx_segment SET events = replace(events, '140', '142')").unwrap();
    let verified = crate::views::verify::verify(&store, None, None).unwrap();
    let rules: Vec<_> = verified.breaches.iter().map(|breach| (breach.rule, breach.object.as_str())).collect();
    assert!(rules.contains(&("F2", "credential a")) && rules.contains(&("F4", "credential a")), "{rules:?}");
    assert_eq!(seen, 7);
}

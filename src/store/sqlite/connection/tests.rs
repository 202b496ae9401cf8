//! What is set up in the settings file comes into the log with the first commit of whoever writes, and with no other.

use std::sync::Arc;

use super::*;
use crate::model::id::{Cursor, WorkspaceId};
use crate::model::project::ProjectType;
use crate::model::settings::Settings;
use crate::store::{self, Access, Invocation, Read as _, Scope, Write as _};

const MAIL: &str = "[channels.mail]\nkind = 'email'\nrate = '1/s'\n";
const LLM: &str = "[integrations.ai]\nkind = 'llm'\n";

/// A process that writes under these settings.
fn opened(path: &std::path::Path, settings: &str, at: i64) -> SqliteStore {
    let invocation = Invocation { verb: "test".to_owned(), at: Timestamp(at), workspace: Some(WorkspaceId(7)) };
    let mut store = store::open(path, Access::Create(invocation)).unwrap();
    store.terms.connections = Some(Arc::from(Settings::parse(settings).unwrap().connections));
    store
}

fn writes(path: &std::path::Path, settings: &str, at: i64) -> SqliteStore {
    let mut store = opened(path, settings, at);
    store.create_project(Timestamp(at), &format!("p{at}"), ProjectType::default()).unwrap();
    store
}

/// What the log says of integrations and channels, after so many events.
fn told(store: &SqliteStore) -> Vec<String> {
    let segments = store.segments(Scope::Workspace, Cursor(0), 999).unwrap();
    let entries = segments.iter().flat_map(|segment| segment.entries().unwrap());
    let of = |event: &Event| {
        let (_, facts) = event.connection()?;
        Some(format!("{} {}", event.kind().name(), facts.0["name"].as_str()?))
    };
    entries.filter_map(|entry| of(&entry.event)).collect()
}

fn whole(store: &SqliteStore) {
    let verified = crate::views::verify::verify(store, None, None).unwrap();
    assert!(verified.breaches.is_empty(), "{:?}", verified.breaches);
}

fn moved(store: &mut SqliteStore, at: i64, name: &str, to: Trial, reason: Option<Reason>) -> Result<()> {
    store.move_connection(Timestamp(at), &Moved { object: Object::Channel, name, to, reason, message: Some("so") })
}

#[test]
fn a_change_of_the_settings_is_told_once_and_with_the_first_commit() {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("a.db");
    // Nobody who writes nothing says anything.
    drop(opened(&path, MAIL, 1));
    let store = writes(&path, MAIL, 2);
    assert_eq!(told(&store), ["channel.created mail"]);
    assert_eq!(told(&writes(&path, MAIL, 3)), ["channel.created mail"]);
    let both = writes(&path, &format!("{LLM}{MAIL}"), 4);
    assert_eq!(told(&both)[1..], ["integration.created ai"]);
    let set = both.connections().unwrap();
    let of = |at: usize| (set[at].object, set[at].name.as_str(), set[at].set.kind.as_str(), set[at].status.name());
    assert_eq!(of(0), (Object::Integration, "ai", "llm", "configured"));
    assert_eq!(of(1), (Object::Channel, "mail", "email", "configured"));
    let changed = writes(&path, &MAIL.replace("1/s", "2/s"), 5);
    assert_eq!(told(&changed)[2..], ["integration.deleted ai", "channel.updated mail"]);
    // Another name but for case is another one to the log.
    let other = writes(&path, &MAIL.replace(".mail", ".Mail"), 6);
    assert_eq!(told(&other)[4..], ["channel.deleted mail", "channel.created Mail"]);
    let none = writes(&path, "", 7);
    assert_eq!(
        (told(&none)[6..].to_vec(), none.connections().unwrap()),
        (vec!["channel.deleted Mail".to_owned()], vec![])
    );
    whole(&none);
    // Who knows nothing of settings changes nothing.
    drop(writes(&path, MAIL, 8));
    let mut blind = opened(&path, "", 9);
    blind.terms.connections = None;
    blind.create_project(Timestamp(9), "blind", ProjectType::default()).unwrap();
    assert_eq!(blind.connections().unwrap().len(), 1);
    whole(&blind);
}

#[test]
fn what_is_refused_says_nothing() {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("a.db");
    let mut store = opened(&path, MAIL, 1);
    assert!(store.delete_project(Timestamp(1), "nobody").is_err());
    assert_eq!(told(&store), Vec::<String>::new());
    store.create_project(Timestamp(1), "p", ProjectType::default()).unwrap();
    assert_eq!(told(&store), ["channel.created mail"]);
    whole(&store);
}

#[test]
fn a_channel_is_tried_and_stands_as_it_was_found() {
    use ConnectionStatus::{Disconnected, Invalid};
    use Trial::{Begins, Fails, Works};
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("a.db");
    let mut store = opened(&path, MAIL, 1);
    let none = moved(&mut store, 1, "nobody", Begins, None).unwrap_err();
    assert_eq!(none.to_string(), "there is no channel `nobody`");
    assert!(matches!(moved(&mut store, 1, "mail", Works, None), Err(Error::Illegal(_))));
    moved(&mut store, 2, "MAIL", Begins, None).unwrap();
    // Whoever began died over it, and another begins.
    moved(&mut store, 3, "mail", Begins, None).unwrap();
    moved(&mut store, 4, "mail", Fails, Some(Reason::Unauthorized)).unwrap();
    let standing = store.connections().unwrap().remove(0);
    assert_eq!((standing.status, standing.reason, standing.since), (Invalid, Some(Reason::Unauthorized), Timestamp(4)));
    moved(&mut store, 5, "mail", Begins, None).unwrap();
    moved(&mut store, 6, "mail", Works, None).unwrap();
    assert_eq!(store.connections().unwrap()[0].reason, None);
    let changed = writes(&path, &MAIL.replace("1/s", "9/s"), 7);
    let standing = changed.connections().unwrap().remove(0);
    assert_eq!((standing.status, standing.reason), (Disconnected, Some(Reason::SettingsChanged)));
    assert_eq!((standing.created_at, standing.updated_at), (Timestamp(1), Timestamp(7)));
    let names: Vec<_> = told(&changed).iter().map(|line| line.split(' ').next().unwrap()[8..].to_owned()).collect();
    let wanted = ["created", "connecting", "invalid", "connecting", "connected", "updated", "disconnected"];
    assert_eq!(names, wanted);
    whole(&changed);
}

#[test]
fn a_state_that_is_not_what_its_events_come_to_is_found() {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("a.db");
    let store = writes(&path, &format!("{LLM}{MAIL}"), 1);
    let forgeries = [
        "UPDATE cx_connection SET status = 2 WHERE name = 'mail'",
        "UPDATE cx_connection SET reason = 'USER' WHERE name = 'mail'",
        "UPDATE cx_connection SET sha256 = 'x' WHERE name = 'ai'",
        "UPDATE cx_connection SET since = since + 1 WHERE name = 'ai'",
        "UPDATE cx_connection SET provider = 'smtp' WHERE name = 'mail'",
        "DELETE FROM cx_connection WHERE name = 'mail'",
        "INSERT INTO cx_connection SELECT 0, 'other', kind, provider, sha256, status, reason, created_at, updated_at, since \
         FROM cx_connection WHERE name = 'ai'",
    ];
    let mut found = 0;
    for forgery in forgeries {
        store.db.execute_batch("SAVEPOINT s").unwrap();
        assert_eq!(store.db.execute(forgery, []).unwrap(), 1, "{forgery}");
        let breaches = crate::views::verify::verify(&store, None, None).unwrap().breaches;
        assert_eq!(breaches.iter().map(|breach| breach.rule).collect::<Vec<_>>(), ["F4"], "{forgery}: {breaches:?}");
        store.db.execute_batch("ROLLBACK TO s; RELEASE s").unwrap();
        found += 1;
    }
    assert_eq!(found, forgeries.len());
    whole(&store);
}

//! Integrations and channels: the states that their events fold into. What is set up in the settings file is compared
//! with them by the first commit of whoever writes, and is written down together with it.

use rusqlite::{Connection as Db, OptionalExtension as _, Row};
use serde_json::json;

use super::write::{append, facts};
use super::{SqliteStore, rows};
use crate::model::connection::{Connection, ConnectionFold, Object, Set, Standing};
use crate::model::event::Event;
use crate::model::fold::Illegal;
use crate::model::id::RequestId;
use crate::model::payload::Facts;
use crate::model::reason::Reason;
use crate::model::segment::Segment;
use crate::model::status::ConnectionStatus;
use crate::model::time::Timestamp;
use crate::store::{Error, Moved, Result, Trial};

const COLUMNS: &str = "object, name, kind, provider, sha256, status, reason, created_at, updated_at, since";

fn standing(row: &Row<'_>) -> rusqlite::Result<Standing> {
    let reason: Option<String> = row.get(6)?;
    let object: u8 = row.get(0)?;
    Ok(Standing {
        object: *Object::ALL.get(usize::from(object)).ok_or_else(|| rows::odd(0, "no such object"))?,
        name: row.get(1)?,
        set: Set { kind: row.get(2)?, provider: row.get(3)?, sha256: row.get(4)? },
        status: ConnectionStatus::coded(row.get(5)?).ok_or_else(|| rows::odd(5, "no such connection status"))?,
        reason: reason.and_then(|reason| Reason::named(&reason)),
        created_at: Timestamp(row.get(7)?),
        updated_at: Timestamp(row.get(8)?),
        since: Timestamp(row.get(9)?),
    })
}

pub(super) fn all(db: &Db) -> Result<Vec<Standing>> {
    let sql = format!("SELECT {COLUMNS} FROM cx_connection ORDER BY object, name");
    let found = db.prepare_cached(&sql)?.query_map([], standing)?.collect::<rusqlite::Result<_>>()?;
    Ok(found)
}

/// One, by its name without regard to case.
fn find(db: &Db, object: Object, name: &str) -> Result<Option<Standing>> {
    let sql = format!("SELECT {COLUMNS} FROM cx_connection WHERE object = ?1 AND name = ?2");
    Ok(db.prepare_cached(&sql)?.query_row((object as u8, name), standing).optional()?)
}

/// Folds an event onto its integration or channel.
pub(super) fn fold(db: &Db, at: Timestamp, event: &Event) -> Result<()> {
    let Some((object, facts)) = event.connection() else { return Ok(()) };
    let refuse = |why: String| Err(Illegal { event: event.kind().name(), why }.into());
    let Some(name) = facts.0.get("name").and_then(|name| name.as_str()) else {
        return refuse("it names nothing".to_owned());
    };
    let mut fold = match find(db, object, name)? {
        // The log tells names apart letter by letter.
        Some(there) if there.name != name => return refuse(format!("it is called `{}`", there.name)),
        found => found.as_ref().map(ConnectionFold::of).unwrap_or_default(),
    };
    fold.apply(at, event)?;
    let ConnectionFold { status: Some(status), reason, set, created_at, updated_at, since } = fold else {
        return Ok(());
    };
    if status.is_terminal() {
        db.prepare_cached("DELETE FROM cx_connection WHERE object = ?1 AND name = ?2")?
            .execute((object as u8, name))?;
        return Ok(());
    }
    let sql = format!(
        "INSERT INTO cx_connection ({COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) \
         ON CONFLICT DO UPDATE SET kind = excluded.kind, provider = excluded.provider, sha256 = excluded.sha256, \
         status = excluded.status, reason = excluded.reason, updated_at = excluded.updated_at, since = excluded.since"
    );
    db.prepare_cached(&sql)?.execute((
        object as u8,
        name,
        set.kind,
        set.provider,
        set.sha256,
        status.code(),
        reason.map(Reason::name),
        created_at.0,
        updated_at.0,
        since.0,
    ))?;
    Ok(())
}

/// What is to be written so that the states are those of the settings.
fn changes(stored: &[Standing], wanted: &[Connection]) -> Vec<Event> {
    let same = |a: &Connection, b: &Standing| (a.object, a.name.as_str()) == (b.object, b.name.as_str());
    let gone = stored.iter().filter(|standing| !wanted.iter().any(|connection| same(connection, standing)));
    let mut events: Vec<_> = gone
        .map(|gone| {
            let said = facts(json!({ "name": gone.name }));
            match gone.object {
                Object::Integration => Event::IntegrationDeleted(said),
                Object::Channel => Event::ChannelDeleted(said),
            }
        })
        .collect();
    for connection in wanted {
        let set = Set::of(connection);
        let said = json!({ "name": connection.name, "kind": set.kind, "provider": set.provider, "sha256": set.sha256 });
        let there = stored.iter().find(|standing| same(connection, standing));
        let is_new = there.is_none();
        if there.is_some_and(|there| there.set == set) {
            continue;
        }
        events.push(match (connection.object, is_new) {
            (Object::Integration, true) => Event::IntegrationCreated(facts(said)),
            (Object::Integration, false) => Event::IntegrationUpdated(facts(said)),
            (Object::Channel, true) => Event::ChannelCreated(facts(said)),
            (Object::Channel, false) => Event::ChannelUpdated(facts(said)),
        });
        // What was found to work is not known to work any more.
        if there.is_some_and(|there| there.status.next().contains(&ConnectionStatus::Disconnected)) {
            let why = facts(json!({ "name": connection.name, "reason_code": Reason::SettingsChanged.name() }));
            events.push(match connection.object {
                Object::Integration => Event::IntegrationDisconnected(why),
                Object::Channel => Event::ChannelDisconnected(why),
            });
        }
    }
    events
}

/// Writes down what was changed in the settings since somebody wrote last.
pub(super) fn configure(db: &Db, request: RequestId, at: Timestamp, wanted: &[Connection]) -> Result<()> {
    let events = changes(&all(db)?, wanted);
    if !events.is_empty() {
        append(db, request, &[Segment::workspace(at, events)?])?;
    }
    Ok(())
}

fn tried(object: Object, trial: Trial, said: Facts) -> Event {
    match (object, trial) {
        (Object::Integration, Trial::Begins) => Event::IntegrationConnecting(said),
        (Object::Integration, Trial::Works) => Event::IntegrationConnected(said),
        (Object::Integration, Trial::Fails) => Event::IntegrationInvalid(said),
        (Object::Integration, Trial::Waits) => Event::IntegrationInteractionRequired(said),
        (Object::Channel, Trial::Begins) => Event::ChannelConnecting(said),
        (Object::Channel, Trial::Works) => Event::ChannelConnected(said),
        (Object::Channel, Trial::Fails) => Event::ChannelInvalid(said),
        (Object::Channel, Trial::Waits) => Event::ChannelInteractionRequired(said),
    }
}

impl SqliteStore {
    pub(super) fn move_connection(&mut self, at: Timestamp, moved: &Moved<'_>) -> Result<()> {
        self.commit_events(|db| {
            let there = find(db, moved.object, moved.name)?;
            let there =
                there.ok_or_else(|| Error::NoConnection { object: moved.object, name: moved.name.to_owned() })?;
            let mut said = Facts::default();
            said.0.insert("name".to_owned(), there.name.clone().into());
            said.0.extend(moved.reason.map(|reason| ("reason_code".to_owned(), reason.name().into())));
            said.0.extend(moved.message.map(|message| ("message".to_owned(), message.into())));
            // Whoever began to connect may have died over it: then it is begun once more, and nothing changes.
            let again = (there.status, moved.to) == (ConnectionStatus::Connecting, Trial::Begins);
            let event = (!again).then(|| tried(moved.object, moved.to, said));
            let segment = event.map(|event| Segment::workspace(at, vec![event])).transpose()?;
            Ok(((), segment.into_iter().collect()))
        })
    }
}

#[cfg(test)]
mod tests;

//! What the events of one integration or channel come to.

use super::{Connection, Object};
use crate::model::event::{Event, EventType, Leads};
use crate::model::fold::{Change, Illegal};
use crate::model::payload::Facts;
use crate::model::reason::Reason;
use crate::model::status::ConnectionStatus;
use crate::model::time::Timestamp;

/// An integration or channel as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// Which of the two.
    pub object: Object,
    /// What the user calls it.
    pub name: String,
    /// What its settings were when they were last looked at by whoever writes.
    pub set: Set,
    /// Where it stands.
    pub status: ConnectionStatus,
    /// Why, where there is more to say.
    pub reason: Option<Reason>,
    /// When it was first set up.
    pub created_at: Timestamp,
    /// When its settings were last changed.
    pub updated_at: Timestamp,
    /// When it came to stand so.
    pub since: Timestamp,
}

/// The part of its settings that is in the log.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Set {
    /// What it is for.
    pub kind: String,
    /// Who provides it.
    pub provider: String,
    /// SHA-256 of its section.
    pub sha256: String,
}

impl Set {
    /// Of a section of the settings file.
    #[must_use]
    pub fn of(connection: &Connection) -> Set {
        let (kind, provider) = (connection.kind.to_owned(), connection.provider.name.to_owned());
        Set { kind, provider, sha256: connection.sha256.clone() }
    }

    fn said(facts: &Facts) -> Set {
        let text = |key: &str| facts.0.get(key).and_then(|value| value.as_str()).unwrap_or_default().to_owned();
        Set { kind: text("kind"), provider: text("provider"), sha256: text("sha256") }
    }
}

/// What its events come to. One that is gone is gone: what follows under its name is another.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ConnectionFold {
    /// Where it stands; nothing before it is set up.
    pub status: Option<ConnectionStatus>,
    /// Why.
    pub reason: Option<Reason>,
    /// Its settings.
    pub set: Set,
    /// When it was first set up.
    pub created_at: Timestamp,
    /// When its settings were last changed.
    pub updated_at: Timestamp,
    /// When it came to stand so.
    pub since: Timestamp,
}

impl ConnectionFold {
    /// The same as it is stored.
    #[must_use]
    pub fn of(standing: &Standing) -> ConnectionFold {
        ConnectionFold {
            status: Some(standing.status),
            reason: standing.reason,
            set: standing.set.clone(),
            created_at: standing.created_at,
            updated_at: standing.updated_at,
            since: standing.since,
        }
    }

    /// Takes in one event.
    ///
    /// # Errors
    /// [`Illegal`] when the states of EVENTS §2 do not allow it.
    pub fn apply(&mut self, at: Timestamp, event: &Event) -> Result<Option<Change<ConnectionStatus>>, Illegal> {
        let kind = event.kind();
        let Some((_, facts)) = event.connection() else { return Ok(None) };
        let from = self.status;
        let refuse = |why: &str| Err(Illegal { event: kind.name(), why: why.to_owned() });
        let created = matches!(kind, EventType::IntegrationCreated | EventType::ChannelCreated);
        if from.is_none() != created {
            return refuse(if created { "it is there already" } else { "it is not there" });
        }
        if let (Leads::Connection(to), Some(from)) = (kind.leads(), from)
            && !from.next().contains(&to)
        {
            return refuse(&format!("it is {from}"));
        }
        if created {
            self.created_at = at;
        }
        if created || matches!(kind, EventType::IntegrationUpdated | EventType::ChannelUpdated) {
            self.updated_at = at;
            self.set = Set::said(facts);
        }
        let Leads::Connection(to) = kind.leads() else { return Ok(None) };
        let reason = facts.0.get("reason_code").and_then(|code| Reason::named(code.as_str()?));
        (self.status, self.reason, self.since) = (Some(to), reason, at);
        Ok(Some(Change { from, to, reason }))
    }

    /// Whether it is gone.
    #[must_use]
    pub fn is_gone(&self) -> bool {
        self.status.is_none_or(ConnectionStatus::is_terminal)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TYPES: [(EventType, EventType); 9] = [
        (EventType::IntegrationCreated, EventType::ChannelCreated),
        (EventType::IntegrationUpdated, EventType::ChannelUpdated),
        (EventType::IntegrationDeleted, EventType::ChannelDeleted),
        (EventType::IntegrationConnecting, EventType::ChannelConnecting),
        (EventType::IntegrationConnected, EventType::ChannelConnected),
        (EventType::IntegrationInvalid, EventType::ChannelInvalid),
        (EventType::IntegrationDisconnected, EventType::ChannelDisconnected),
        (EventType::IntegrationTerminated, EventType::ChannelTerminated),
        (EventType::IntegrationInteractionRequired, EventType::ChannelInteractionRequired),
    ];
    const CREATED: usize = 0;
    const UPDATED: usize = 1;
    const DELETED: usize = 2;
    const CONNECTING: usize = 3;
    const CONNECTED: usize = 4;
    const INVALID: usize = 5;
    const DISCONNECTED: usize = 6;
    const TERMINATED: usize = 7;
    const ASKS: usize = 8;

    #[test]
    fn the_edges_are_those_of_the_contract() {
        let ways: [(&[usize], &[usize]); 8] = [
            (&[], &[CREATED]),
            (&[CREATED], &[UPDATED, DELETED, CONNECTING, TERMINATED]),
            (&[CREATED, CONNECTING], &[UPDATED, DELETED, CONNECTED, INVALID, ASKS, TERMINATED]),
            (&[CREATED, CONNECTING, CONNECTED], &[UPDATED, DELETED, CONNECTING, DISCONNECTED, INVALID, TERMINATED]),
            (&[CREATED, CONNECTING, INVALID], &[UPDATED, DELETED, CONNECTING, TERMINATED]),
            (&[CREATED, CONNECTING, ASKS], &[UPDATED, DELETED, CONNECTING, DISCONNECTED, TERMINATED]),
            (&[CREATED, CONNECTING, CONNECTED, DISCONNECTED], &[UPDATED, DELETED, CONNECTING, TERMINATED]),
            (
                &[CREATED, CONNECTING, CONNECTED, UPDATED],
                &[UPDATED, DELETED, CONNECTING, DISCONNECTED, INVALID, TERMINATED],
            ),
        ];
        let mut refused = 0;
        for of in [|pair: (EventType, EventType)| pair.0, |pair: (EventType, EventType)| pair.1] {
            let event = |at: usize| Event::read(of(TYPES[at]), None).unwrap();
            for (way, next) in ways {
                for at in 0..TYPES.len() {
                    let mut fold = ConnectionFold::default();
                    for at in way {
                        fold.apply(Timestamp(1), &event(*at)).unwrap();
                    }
                    let before = fold.clone();
                    let done = fold.apply(Timestamp(2), &event(at));
                    assert_eq!(done.is_ok(), next.contains(&at), "{way:?} then {at}");
                    if done.is_err() {
                        assert_eq!(fold, before, "what is refused changes nothing");
                        refused += 1;
                    }
                }
            }
        }
        assert_eq!(refused, 2 * (8 * 9 - 36));
    }

    #[test]
    fn what_is_set_is_taken_in_and_a_test_changes_nothing_of_it() {
        let facts = |text: &str| Facts(serde_json::from_str(text).unwrap());
        let mut fold = ConnectionFold::default();
        let created = r#"{"name":"m","kind":"email","provider":"smtp","sha256":"a"}"#;
        fold.apply(Timestamp(1), &Event::ChannelCreated(facts(created))).unwrap();
        fold.apply(Timestamp(2), &Event::ChannelConnecting(facts(r#"{"name":"m"}"#))).unwrap();
        let invalid = Event::ChannelInvalid(facts(r#"{"name":"m","reason_code":"UNAUTHORIZED"}"#));
        let change = fold.apply(Timestamp(3), &invalid).unwrap().unwrap();
        assert_eq!((change.from, change.reason), (Some(ConnectionStatus::Connecting), Some(Reason::Unauthorized)));
        assert_eq!((fold.created_at, fold.updated_at, fold.since), (Timestamp(1), Timestamp(1), Timestamp(3)));
        assert_eq!((fold.set.provider.as_str(), fold.set.sha256.as_str()), ("smtp", "a"));
        let updated = r#"{"name":"m","kind":"email","provider":"outbox","sha256":"b"}"#;
        assert_eq!(fold.apply(Timestamp(4), &Event::ChannelUpdated(facts(updated))), Ok(None));
        assert_eq!((fold.updated_at, fold.since, fold.set.sha256.as_str()), (Timestamp(4), Timestamp(3), "b"));
    }
}

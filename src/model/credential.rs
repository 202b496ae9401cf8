//! A credential: a named secret of the vault, as far as it is told. Its value is not here.

use super::event::{Event, EventType, Leads};
use super::fold::{Change, Illegal};
use super::reason::Reason;
use super::status::CredentialStatus;
use super::time::Timestamp;

/// A credential as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credential {
    /// Its name; another that differs in case alone is the same.
    pub name: String,
    /// Where it stands.
    pub status: CredentialStatus,
    /// When it was first kept.
    pub created_at: Timestamp,
    /// When its value was last given.
    pub updated_at: Timestamp,
}

/// A longer name cannot be read in a table.
const LONGEST_NAME: usize = 64;

/// A shorter value could not be scrubbed without harm to other text (SPEC §5).
pub const SHORTEST_VALUE: usize = 6;

/// A longer value is a file, and not a secret.
pub const LONGEST_VALUE: usize = 64 * 1024;

/// Whether a credential may have this name.
///
/// # Errors
/// A sentence fragment that says what is wrong with it. It does not repeat the name, which may be a value in its place.
pub fn check_name(name: &str) -> Result<(), String> {
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    if name.is_empty() {
        Err("it is empty".to_owned())
    } else if !name.chars().all(fits) {
        Err("it may hold letters, digits, `_`, `-` and `.`".to_owned())
    } else if name.len() > LONGEST_NAME {
        Err(format!("it is longer than {LONGEST_NAME} characters"))
    } else {
        Ok(())
    }
}

/// Whether a credential may have this value.
///
/// # Errors
/// A sentence fragment that says what is wrong with it, and nothing of what it is.
pub fn check_value(value: &str) -> Result<(), String> {
    if value.len() < SHORTEST_VALUE {
        Err(format!("it is shorter than {SHORTEST_VALUE} bytes, and could not be told from other text"))
    } else if value.len() > LONGEST_VALUE {
        Err(format!("it is longer than {} KiB", LONGEST_VALUE / 1024))
    } else if value.contains('\0') {
        Err("it holds a NUL byte".to_owned())
    } else {
        Ok(())
    }
}

/// What the events of one credential come to. One that was deleted is gone: what follows under its name is another.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CredentialFold {
    /// Where it stands; nothing before it is created.
    pub status: Option<CredentialStatus>,
    /// When it was first kept.
    pub created_at: Timestamp,
    /// When its value was last given.
    pub updated_at: Timestamp,
}

impl CredentialFold {
    /// Takes in one event.
    ///
    /// # Errors
    /// [`Illegal`] when the states of EVENTS §2 do not allow it.
    pub fn apply(&mut self, at: Timestamp, event: &Event) -> Result<Option<Change<CredentialStatus>>, Illegal> {
        let kind = event.kind();
        let Leads::Credential(to) = kind.leads() else { return Ok(None) };
        let from = self.status;
        // `created` and `unverified` both lead to `unverified`; only the first begins anything.
        let created = kind == EventType::CredentialCreated;
        let allowed = from.map_or(created, |status| !created && status.next().contains(&to));
        if !allowed {
            let why = format!("the credential is {}", from.map_or("not there", CredentialStatus::name));
            return Err(Illegal { event: kind.name(), why });
        }
        if created {
            self.created_at = at;
        }
        if to == CredentialStatus::Unverified {
            self.updated_at = at;
        }
        self.status = Some(to);
        Ok(Some(Change { from, to, reason: reason(event) }))
    }

    /// Whether it is gone.
    #[must_use]
    pub fn is_gone(&self) -> bool {
        self.status.is_none_or(CredentialStatus::is_terminal)
    }
}

/// Why, where an event says so.
fn reason(event: &Event) -> Option<Reason> {
    #[expect(clippy::wildcard_enum_match_arm, reason = "only these may say why")]
    match event {
        Event::CredentialUnverified(facts)
        | Event::CredentialVerified(facts)
        | Event::CredentialInvalid(facts)
        | Event::CredentialDeleted(facts) => Reason::named(facts.0.get("reason_code")?.as_str()?),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::payload::Facts;

    const TYPES: [EventType; 5] = [
        EventType::CredentialCreated,
        EventType::CredentialUnverified,
        EventType::CredentialVerified,
        EventType::CredentialInvalid,
        EventType::CredentialDeleted,
    ];

    fn event(kind: EventType) -> Event {
        Event::read(kind, None).unwrap()
    }

    #[test]
    fn the_edges_are_those_of_the_contract() {
        let ways: [(&[EventType], &[EventType]); 5] = [
            (&[], &TYPES[..1]),
            (&TYPES[..1], &TYPES[2..]),
            (&[TYPES[0], TYPES[2]], &[TYPES[1], TYPES[3], TYPES[4]]),
            (&[TYPES[0], TYPES[3]], &[TYPES[1], TYPES[2], TYPES[4]]),
            (&[TYPES[0], TYPES[4]], &[]),
        ];
        let mut refused = 0;
        for (way, next) in ways {
            for kind in TYPES {
                let mut fold = CredentialFold::default();
                for kind in way {
                    fold.apply(Timestamp(1), &event(*kind)).unwrap();
                }
                let before = fold;
                let done = fold.apply(Timestamp(2), &event(kind));
                assert_eq!(done.is_ok(), next.contains(&kind), "{way:?} then {kind:?}");
                if done.is_err() {
                    assert_eq!(fold, before, "what is refused changes nothing");
                    refused += 1;
                }
            }
        }
        assert_eq!(refused, 15);
    }

    #[test]
    fn a_new_value_is_told_by_its_time_and_a_use_is_not() {
        let mut fold = CredentialFold::default();
        for (at, kind) in (1..).zip([TYPES[0], TYPES[2], TYPES[1], TYPES[3]]) {
            fold.apply(Timestamp(at), &event(kind)).unwrap();
        }
        assert_eq!((fold.created_at, fold.updated_at), (Timestamp(1), Timestamp(3)));
        let said = serde_json::json!({ "name": "a", "reason_code": "USER" });
        let gone = Event::CredentialDeleted(Facts(said.as_object().cloned().unwrap()));
        let change = fold.apply(Timestamp(9), &gone).unwrap().unwrap();
        assert_eq!((change.from, change.reason), (Some(CredentialStatus::Invalid), Some(Reason::User)));
        assert!(fold.is_gone());
    }

    #[test]
    fn names_and_values_that_cannot_be_kept() {
        for bad in ["", "a b", "a=b", "é", "a/b", "a\n", &"x".repeat(65)] {
            assert!(check_name(bad).is_err(), "{bad:?}");
        }
        for fine in ["crm_token", "A-1.b", "0", &"x".repeat(64)] {
            assert_eq!(check_name(fine), Ok(()));
        }
        for bad in ["", "12345", "12345\0", &"x".repeat(LONGEST_VALUE + 1)] {
            assert!(check_value(bad).is_err());
        }
        for fine in ["123456", "éé\n\n", &"x".repeat(LONGEST_VALUE)] {
            assert_eq!(check_value(fine), Ok(()));
        }
    }
}

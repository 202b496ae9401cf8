//! Integrations and channels: the services that steps name, as the settings file sets them up (SPEC §7). Which providers
//! there are, and what each wants to know, is one table. Deliberately absent: the services, and the secrets themselves.

use std::collections::BTreeMap;

mod fold;
mod providers;
mod read;
#[cfg(test)]
mod tests;

pub use fold::{ConnectionFold, Set, Standing};
pub use providers::{Holds, Key, Need, PROVIDERS, Provider};
pub(super) use read::section;

/// Which of the two it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Object {
    /// A service that is asked: a language model, an HTTP service.
    Integration,
    /// A way out to a person.
    Channel,
}

impl Object {
    /// Both, in the order of their stored numbers.
    pub const ALL: [Object; 2] = [Object::Integration, Object::Channel];

    /// Its word; the key by which a step names one, too.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Object::Integration => "integration",
            Object::Channel => "channel",
        }
    }

    /// The table of the settings file that holds them.
    #[must_use]
    pub const fn table(self) -> &'static str {
        match self {
            Object::Integration => "integrations",
            Object::Channel => "channels",
        }
    }
}

/// One integration or channel.
#[derive(Debug, Clone, PartialEq)]
pub struct Connection {
    /// Which of the two it is.
    pub object: Object,
    /// What the user calls it.
    pub name: String,
    /// What it is for: `llm`, `email`, ….
    pub kind: &'static str,
    /// Who provides it.
    pub provider: &'static Provider,
    /// Starts a second.
    pub rate: Option<f64>,
    /// Calls under way at once.
    pub concurrency: Option<u32>,
    /// Whether addresses of the own network may be reached.
    pub allow_private: bool,
    /// SHA-256 of its section, whatever its spacing: how a change is noticed.
    pub sha256: String,
    values: BTreeMap<&'static str, Setting>,
}

/// What stands under a key.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Setting {
    Text(String),
    Integer(i64),
    Truth(bool),
    /// The name of a credential of the vault.
    Credential(String),
}

impl Connection {
    /// The one that needs nothing and is there without settings: a `mock`, or an `outbox`.
    #[must_use]
    pub fn offline(object: Object, kind: &str) -> Option<Connection> {
        let mut all = PROVIDERS.iter().filter(|provider| provider.object == object && provider.kind == kind);
        let provider = all.find(|provider| provider.offline)?;
        Some(Connection {
            object,
            name: provider.name.to_owned(),
            kind: provider.kind,
            provider,
            rate: None,
            concurrency: None,
            allow_private: false,
            sha256: String::new(),
            values: BTreeMap::new(),
        })
    }

    /// ``channel `mail` ``: for messages, and as the name of its gate.
    #[must_use]
    pub fn title(&self) -> String {
        format!("{} `{}`", self.object.name(), self.name)
    }

    /// The text under a key, or the usual one.
    #[must_use]
    pub fn text(&self, key: &str) -> Option<&str> {
        match self.values.get(key) {
            Some(Setting::Text(text)) => Some(text),
            Some(Setting::Integer(_) | Setting::Truth(_) | Setting::Credential(_)) => None,
            None => self.provider.keys.iter().find(|known| known.name == key).and_then(|known| match known.need {
                Need::Usual(text) => Some(text),
                Need::Required | Need::Optional => None,
            }),
        }
    }

    /// The whole number under a key.
    #[must_use]
    pub fn integer(&self, key: &str) -> Option<i64> {
        match self.values.get(key)? {
            Setting::Integer(number) => Some(*number),
            Setting::Text(_) | Setting::Truth(_) | Setting::Credential(_) => None,
        }
    }

    /// What is true or false under a key.
    #[must_use]
    pub fn truth(&self, key: &str) -> Option<bool> {
        match self.values.get(key)? {
            Setting::Truth(truth) => Some(*truth),
            Setting::Text(_) | Setting::Integer(_) | Setting::Credential(_) => None,
        }
    }

    /// The name in the vault of what stands under a key.
    #[must_use]
    pub fn credential(&self, key: &str) -> Option<&str> {
        match self.values.get(key)? {
            Setting::Credential(name) => Some(name),
            Setting::Text(_) | Setting::Integer(_) | Setting::Truth(_) => None,
        }
    }

    /// All credentials that it names.
    pub fn credentials(&self) -> impl Iterator<Item = &str> {
        self.values.keys().filter_map(|key| self.credential(key))
    }
}

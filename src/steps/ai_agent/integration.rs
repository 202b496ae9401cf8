//! Who is asked: an integration of kind `llm`, or the mock where none is set up.

use super::super::names::Names;
use crate::engine::Gate;
use crate::model::connection::{Connection, Object};
use crate::model::document::Fields;
use crate::model::time::Millis;
use crate::outside::llm::{Endpoint, Provider};

/// Who is asked.
pub(super) struct Integration {
    connection: Connection,
    pub(super) provider: Provider,
}

impl Integration {
    /// Reads the key `integration`.
    pub(super) fn read(fields: &mut Fields<'_>, names: &Names<'_>) -> Option<Integration> {
        let connection = names.connection(fields, Object::Integration, "llm")?;
        // The table of providers and this one name the same.
        let provider = Provider::named(connection.provider.name)?;
        Some(Integration { connection, provider })
    }

    pub(super) fn title(&self) -> String {
        self.connection.title()
    }

    /// The model where a step does not say; the mock needs none.
    pub(super) fn model(&self) -> Option<String> {
        let mock = || (self.provider == Provider::Mock).then_some("mock");
        self.connection.text("model").or_else(mock).map(str::to_owned)
    }

    /// The name in the vault of what opens the door.
    pub(super) fn api_key(&self) -> Option<String> {
        self.connection.credential("api_key").map(str::to_owned)
    }

    pub(super) fn gate(&self) -> Gate {
        let Connection { rate, concurrency, .. } = self.connection;
        Gate { name: self.title(), rate, concurrency }
    }

    pub(super) fn endpoint(&self, timeout: Millis) -> Endpoint {
        let base_url = self.connection.text("base_url").unwrap_or(self.provider.usual_base()).to_owned();
        Endpoint { provider: self.provider, base_url, allow_private: self.connection.allow_private, timeout }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::connection::PROVIDERS;

    #[test]
    fn every_provider_of_models_can_be_asked() {
        let ours = PROVIDERS.iter().filter(|provider| provider.object == Object::Integration && provider.kind == "llm");
        let ours: Vec<_> = ours.map(|provider| provider.name).collect();
        let known: Vec<_> = Provider::ALL.into_iter().map(|(name, ..)| name).collect();
        assert_eq!(ours, known);
    }
}

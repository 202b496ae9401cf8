//! Who is asked: an integration of kind `llm`, or the mock where none is set up.

use super::super::names::Names;
use crate::engine::Gate;
use crate::model::document::Fields;
use crate::model::time::Millis;
use crate::outside::llm::{Endpoint, Provider};

/// Who is asked.
pub(super) struct Integration {
    pub(super) title: String,
    pub(super) provider: Provider,
    /// The name in the vault of what opens the door.
    pub(super) api_key: Option<String>,
    base_url: String,
    allow_private: bool,
    model: Option<String>,
    rate: Option<f64>,
    concurrency: Option<u32>,
}

impl Integration {
    /// Reads the key `integration`.
    pub(super) fn read(fields: &mut Fields<'_>, _names: &Names<'_>) -> Option<Integration> {
        fields.text("integration");
        let provider = Provider::Mock;
        Some(Integration {
            title: "integration `mock`".to_owned(),
            provider,
            api_key: None,
            base_url: provider.usual_base().to_owned(),
            allow_private: false,
            model: None,
            rate: None,
            concurrency: None,
        })
    }

    /// The model where a step does not say; the mock needs none.
    pub(super) fn model(&self) -> Option<String> {
        self.model.clone().or_else(|| (self.provider == Provider::Mock).then(|| "mock".to_owned()))
    }

    pub(super) fn gate(&self) -> Gate {
        Gate { name: self.title.clone(), rate: self.rate, concurrency: self.concurrency }
    }

    pub(super) fn endpoint(&self, timeout: Millis) -> Endpoint {
        let (provider, base_url) = (self.provider, self.base_url.clone());
        Endpoint { provider, base_url, allow_private: self.allow_private, timeout }
    }
}

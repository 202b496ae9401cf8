//! The service that a step names: where it is, how fast it may be asked, what it wants to be told.

use crate::engine::Gate;
use crate::model::document::Fields;
use crate::steps::names::Names;

/// The service, or nothing in particular.
pub(super) struct Base {
    /// What calls pass.
    pub(super) gate: Gate,
    /// What a path is put behind.
    pub(super) url: Option<String>,
    /// Where calls must stay.
    pub(super) origin: Option<String>,
    /// Whether it may be at a private address.
    pub(super) allow_private: bool,
    /// The vault's name for the `Authorization` header.
    pub(super) authorization: Option<String>,
}

impl Base {
    pub(super) fn read(fields: &mut Fields<'_>, names: &Names<'_>) -> Option<Base> {
        let named = fields.text("integration");
        let name = names.spinner().steps[names.here()].name.value.clone();
        let gate = Gate { name, rate: None, concurrency: None };
        let Some(name) = named else {
            return Some(Base { gate, url: None, origin: None, allow_private: false, authorization: None });
        };
        fields.complaints.error(name.spot, format!("there is no integration `{}`", name.value), None);
        None
    }
}

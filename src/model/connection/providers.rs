//! Who provides integrations and channels, and what each wants to know.

use super::Object;

/// Somebody who provides a kind of integration or channel.
#[derive(Debug, PartialEq, Eq)]
pub struct Provider {
    /// Which of the two.
    pub object: Object,
    /// What it is for.
    pub kind: &'static str,
    /// Its name in `provider = "…"`.
    pub name: &'static str,
    /// What it is, in a line.
    pub about: &'static str,
    /// Whether it needs nothing but this machine.
    pub offline: bool,
    /// What it wants to know, besides what all are told.
    pub keys: &'static [Key],
}

/// Something that a provider wants to know.
#[derive(Debug, PartialEq, Eq)]
pub struct Key {
    /// Its name.
    pub name: &'static str,
    /// Whether it must be there.
    pub need: Need,
    /// What it holds.
    pub holds: Holds,
}

/// Whether a key must be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// It must.
    Required,
    /// It may be left out.
    Optional,
    /// Left out, it is this.
    Usual(&'static str),
}

/// What a key holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holds {
    /// Any text.
    Text,
    /// One of these words.
    Word(&'static [&'static str]),
    /// An address that begins with `http://` or `https://`.
    Url,
    /// A whole number between these.
    Integer(i64, i64),
    /// `true` or `false`.
    Truth,
    /// A credential of the vault, as `vault:NAME`.
    Secret,
}

const fn key(name: &'static str, need: Need, holds: Holds) -> Key {
    Key { name, need, holds }
}

use Holds::{Integer, Secret, Text, Url, Word};
use Need::{Optional, Required, Usual};
use Object::{Channel, Integration};

const TWILIO: &[Key] = &[
    key("account_sid", Required, Text),
    key("auth_token", Required, Secret),
    key("from", Required, Text),
    key("default_country", Optional, Text),
    key("base_url", Usual("https://api.twilio.com"), Url),
];

const OUTBOX_OF_PHONES: &[Key] = &[key("default_country", Optional, Text), key("from", Optional, Text)];

/// Every provider there is. Of each kind the first is taken where none is named.
pub const PROVIDERS: &[Provider] = &[
    Provider {
        object: Integration,
        kind: "llm",
        name: "mock",
        about: "answers by itself, the same every time",
        offline: true,
        keys: &[key("model", Optional, Text)],
    },
    Provider {
        object: Integration,
        kind: "llm",
        name: "openai",
        about: "OpenAI, and whatever speaks like it: Ollama, vLLM, llama.cpp, gateways",
        offline: false,
        keys: &[
            key("base_url", Usual("https://api.openai.com/v1"), Url),
            key("api_key", Optional, Secret),
            key("model", Optional, Text),
        ],
    },
    Provider {
        object: Integration,
        kind: "llm",
        name: "anthropic",
        about: "Anthropic",
        offline: false,
        keys: &[
            key("base_url", Usual("https://api.anthropic.com"), Url),
            key("api_key", Required, Secret),
            key("model", Optional, Text),
        ],
    },
    Provider {
        object: Integration,
        kind: "http",
        name: "http",
        about: "an HTTP service that `api_call` steps ask",
        offline: false,
        keys: &[key("base_url", Required, Url), key("authorization", Optional, Secret)],
    },
    Provider {
        object: Channel,
        kind: "email",
        name: "outbox",
        about: "writes each message to a file",
        offline: true,
        keys: &[key("from", Optional, Text), key("reply_to", Optional, Text)],
    },
    Provider {
        object: Channel,
        kind: "email",
        name: "smtp",
        about: "a mail server",
        offline: false,
        keys: &[
            key("host", Required, Text),
            key("port", Optional, Integer(1, 65_535)),
            key("security", Usual("starttls"), Word(&["starttls", "tls", "none"])),
            key("username", Optional, Text),
            key("password", Optional, Secret),
            key("from", Required, Text),
            key("reply_to", Optional, Text),
        ],
    },
    outbox("sms"),
    Provider {
        object: Channel,
        kind: "sms",
        name: "twilio",
        about: "Twilio, and whatever speaks like it",
        offline: false,
        keys: TWILIO,
    },
    outbox("voice"),
    Provider {
        object: Channel,
        kind: "voice",
        name: "twilio",
        about: "Twilio, and whatever speaks like it",
        offline: false,
        keys: TWILIO,
    },
    outbox("whatsapp"),
    Provider {
        object: Channel,
        kind: "whatsapp",
        name: "meta",
        about: "the Cloud API of Meta",
        offline: false,
        keys: &[
            key("phone_number_id", Required, Text),
            key("access_token", Required, Secret),
            key("default_country", Optional, Text),
            key("base_url", Usual("https://graph.facebook.com/v23.0"), Url),
        ],
    },
];

const fn outbox(kind: &'static str) -> Provider {
    let about = "writes each message to a file";
    Provider { object: Channel, kind, name: "outbox", about, offline: true, keys: OUTBOX_OF_PHONES }
}

//! What servers of one protocol do not agree on: learned from what they refuse, so that nobody has to set it.

use super::Provider;

/// How a server is spoken to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Dialect {
    /// How the shape of an answer is asked for.
    pub(super) form: Form,
    /// What the limit of an answer's length is called.
    pub(super) limit: Limit,
    /// Whether a stream is asked to tell its tokens.
    pub(super) counts: bool,
}

/// How the shape of an answer is asked for, besides in words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// By its JSON schema.
    Schema,
    /// As any JSON object.
    Object,
    /// Not at all.
    Words,
}

/// What the limit of an answer's length is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Limit {
    /// `max_tokens`, which all servers know but OpenAI's newer models.
    Tokens,
    /// `max_completion_tokens`.
    CompletionTokens,
}

impl Dialect {
    /// What is likely understood there.
    pub(super) fn likely(provider: Provider, base_url: &str) -> Dialect {
        let own = provider == Provider::OpenAi && base_url == provider.usual_base();
        let limit = if own { Limit::CompletionTokens } else { Limit::Tokens };
        Dialect { form: Form::Schema, limit, counts: true }
    }

    /// A number for it.
    pub(super) const fn code(self) -> u8 {
        let form = match self.form {
            Form::Schema => 0,
            Form::Object => 1,
            Form::Words => 2,
        };
        form | (self.limit as u8) << 2 | (self.counts as u8) << 3
    }

    /// The dialect of a number.
    pub(super) const fn coded(code: u8) -> Dialect {
        let form = match code & 3 {
            0 => Form::Schema,
            1 => Form::Object,
            _ => Form::Words,
        };
        let limit = if code & 4 == 0 { Limit::Tokens } else { Limit::CompletionTokens };
        Dialect { form, limit, counts: code & 8 != 0 }
    }

    /// What to try next, when a server refuses a request in such words; nothing when it is not about how it was spoken to.
    pub(super) fn mended(self, provider: Provider, shaped: bool, status: u16, words: &str) -> Option<Dialect> {
        if !matches!(status, 400 | 422) {
            return None;
        }
        let words = words.to_lowercase();
        let says = |any: &[&str]| any.iter().any(|word| words.contains(word));
        if self.counts && says(&["stream_options", "include_usage"]) {
            return Some(Dialect { counts: false, ..self });
        }
        if provider == Provider::OpenAi && says(&["max_completion_tokens"]) {
            let limit = match self.limit {
                Limit::Tokens => Limit::CompletionTokens,
                Limit::CompletionTokens => Limit::Tokens,
            };
            return Some(Dialect { limit, ..self });
        }
        const SHAPES: [&str; 6] =
            ["response_format", "json_schema", "json_object", "output_config", "output_format", "structured output"];
        if shaped && says(&SHAPES) {
            let form = match (self.form, provider) {
                (Form::Schema, Provider::OpenAi) => Form::Object,
                (Form::Schema, Provider::Anthropic | Provider::Mock) | (Form::Object, _) => Form::Words,
                (Form::Words, _) => return None,
            };
            return Some(Dialect { form, ..self });
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_dialect_has_its_number() {
        for code in (0..16).filter(|code| code & 3 != 3) {
            assert_eq!(Dialect::coded(code).code(), code);
        }
        let own = Dialect::likely(Provider::OpenAi, "https://api.openai.com/v1");
        assert_eq!(own.limit, Limit::CompletionTokens);
        assert_eq!(Dialect::likely(Provider::OpenAi, "http://localhost:11434/v1").limit, Limit::Tokens);
    }

    #[test]
    fn what_is_refused_is_asked_for_in_another_way_until_there_is_none() {
        let openai = Provider::OpenAi;
        let first = Dialect::likely(openai, "http://x");
        let form = |dialect: Dialect| dialect.mended(openai, true, 400, "'response_format.type' must be text");
        let second = form(first).unwrap();
        let third = form(second).unwrap();
        assert_eq!((second.form, third.form, form(third)), (Form::Object, Form::Words, None));
        let words = "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.";
        assert_eq!(first.mended(openai, false, 400, words).unwrap().limit, Limit::CompletionTokens);
        let anthropic = first.mended(Provider::Anthropic, true, 400, "output_config: Extra inputs are not permitted");
        assert_eq!(anthropic.unwrap().form, Form::Words);
        assert!(!first.mended(openai, false, 422, "unknown field `stream_options`").unwrap().counts);
        for (shaped, status, words) in [
            (false, 400, "response_format"),
            (true, 500, "response_format"),
            (true, 400, "max_tokens is too large"),
            (true, 400, "no such model"),
        ] {
            assert_eq!(first.mended(openai, shaped, status, words), None, "{words}");
        }
    }
}

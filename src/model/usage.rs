//! What language models read and wrote: told by the summary of each of their calls, summed by model.

use super::payload::{Highlight, ToolInvoked, ToolKind};

/// The most tokens that are believed of one call: no provider's word may break a sum.
const MOST: u64 = 1 << 40;

/// What one model was used for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Usage {
    /// The model that was asked.
    pub model: String,
    /// How often it answered.
    pub calls: u64,
    /// How much it read, as its provider counts; what it does not count is not in it.
    pub input_tokens: u64,
    /// How much it wrote.
    pub output_tokens: u64,
}

impl Usage {
    /// What is counted, as the store's tally names it.
    pub const TALLIED: [&'static str; 3] = ["ai_calls", "ai_input_tokens", "ai_output_tokens"];

    /// The fields of a call's summary that tell it.
    pub const KEYS: [&'static str; 3] = ["model", "input_tokens", "output_tokens"];

    /// What a call used; nothing of one that was not answered, or was no language model's.
    #[must_use]
    pub fn of(tool: &ToolInvoked) -> Option<Usage> {
        if tool.tool_kind != ToolKind::Ai {
            return None;
        }
        let told = |key: &str| tool.tool_output_summary.highlights.iter().find(|told| told.key == key);
        let [model, input, output] = Usage::KEYS.map(told);
        let count = |told: Option<&Highlight>| told.and_then(|told| told.value.as_u64()).unwrap_or(0).min(MOST);
        let model = model?.value.as_str()?.to_owned();
        Some(Usage { model, calls: 1, input_tokens: count(input), output_tokens: count(output) })
    }

    /// Adds what a call used to what others did.
    pub fn add(all: &mut Vec<Usage>, tool: &ToolInvoked) {
        let Some(more) = Usage::of(tool) else { return };
        for (what, n) in more.counts() {
            Usage::count(all, what, &more.model, n);
        }
    }

    /// Adds `n` of what is tallied; false for what is not.
    pub fn count(all: &mut Vec<Usage>, what: &str, model: &str, n: u64) -> bool {
        let Some(place) = Usage::TALLIED.iter().position(|known| *known == what) else { return false };
        let known = all.iter().position(|usage| usage.model == model);
        let at = known.unwrap_or_else(|| {
            all.push(Usage { model: model.to_owned(), ..Usage::default() });
            all.len() - 1
        });
        let usage = &mut all[at];
        let count = [&mut usage.calls, &mut usage.input_tokens, &mut usage.output_tokens].into_iter().nth(place);
        if let Some(count) = count {
            *count = count.saturating_add(n);
        }
        true
    }

    /// Its numbers, as they are tallied.
    pub fn counts(&self) -> impl Iterator<Item = (&'static str, u64)> {
        Usage::TALLIED.into_iter().zip([self.calls, self.input_tokens, self.output_tokens]).filter(|(_, n)| *n > 0)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Map, json};

    use super::*;
    use crate::model::payload::{Summary, ToolOutcome};
    use crate::model::time::Millis;

    fn tool(kind: ToolKind, out: &serde_json::Value) -> ToolInvoked {
        let fields: Map<_, _> = out.as_object().cloned().unwrap();
        ToolInvoked {
            tool_kind: kind,
            tool_outcome: ToolOutcome::Succeeded,
            tool_input_summary: Summary::default(),
            tool_output_summary: Summary::of(&fields, |_| false),
            policy_reason_code: None,
            duration_ms: Millis(1),
        }
    }

    #[test]
    fn calls_are_summed_by_model() {
        let mut all = Vec::new();
        let answered =
            |model: &str| tool(ToolKind::Ai, &json!({ "model": model, "input_tokens": 5, "output_tokens": 2 }));
        for tool in [
            answered("a"),
            answered("b"),
            answered("a"),
            tool(ToolKind::Ai, &json!({ "model": "a" })),
            tool(ToolKind::Ai, &json!({})),
            tool(ToolKind::Api, &json!({ "model": "a", "input_tokens": 5 })),
        ] {
            Usage::add(&mut all, &tool);
        }
        let usage = |model: &str, calls, input_tokens, output_tokens| Usage {
            model: model.to_owned(),
            calls,
            input_tokens,
            output_tokens,
        };
        assert_eq!(all, [usage("a", 3, 10, 4), usage("b", 1, 5, 2)]);
        let mut again = Vec::new();
        for usage in &all {
            for (what, n) in usage.counts() {
                assert!(Usage::count(&mut again, what, &usage.model, n));
            }
        }
        assert_eq!(again, all);
        assert!(!Usage::count(&mut again, "disposition", "a", 1));
        let lie = tool(ToolKind::Ai, &json!({ "model": "a", "input_tokens": u64::MAX, "output_tokens": -1 }));
        assert_eq!(Usage::of(&lie), Some(usage("a", 1, MOST, 0)));
    }
}

//! A model that is none: what it says is made from what it is asked, the same for ever, and no I/O is done.
//! It is for trying a spinner out: its answers have the shape that was asked for, and no meaning.

use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

use super::{Field, Question, Said, Shape, Stop};
use crate::model::spinner::ParamKind;

const QUALITIES: [&str; 16] = [
    "amber", "brisk", "calm", "clear", "early", "gentle", "golden", "green", "keen", "level", "mellow", "quiet",
    "steady", "sunny", "swift", "warm",
];

const THINGS: [&str; 16] = [
    "bridge", "canal", "cedar", "harbor", "hill", "island", "lantern", "market", "meadow", "mill", "orchard", "river",
    "sparrow", "tower", "valley", "window",
];

/// What the mock says.
pub(super) fn answer(question: &Question) -> Said {
    let manner = &question.manner;
    let role = manner.role.as_deref().unwrap_or_default();
    let mut chance = Chance::of(role, &question.task);
    let text = match &manner.shape {
        None => format!("Mock answer: {}.", chance.words()),
        Some(Shape::Labels(labels)) => json!({ "label": labels[chance.below(labels.len())] }).to_string(),
        Some(Shape::List) => {
            let items: Vec<_> = (0..=chance.below(3)).map(|_| chance.words()).collect();
            json!({ "items": items }).to_string()
        }
        Some(Shape::Fields(fields)) => {
            let value = |field: &Field| (field.name.clone(), chance.value(field.kind));
            Value::Object(fields.iter().map(value).collect::<Map<_, _>>()).to_string()
        }
    };
    let words = |text: &str| text.split_whitespace().count() as u64;
    let asked = manner.system().map_or(0, |system| words(&system)) + words(&question.task);
    let (input_tokens, output_tokens) = (Some(asked), Some(words(&text)));
    Said { text, input_tokens, output_tokens, model: Some(manner.model.clone()), stop: Stop::Done }
}

/// Numbers that follow from a text.
struct Chance {
    digest: [u8; 32],
    used: usize,
}

impl Chance {
    fn of(role: &str, task: &str) -> Chance {
        // The length keeps apart what two texts say together.
        let mut hasher = Sha256::new();
        hasher.update((role.len() as u64).to_le_bytes());
        hasher.update(role);
        hasher.update(task);
        Chance { digest: hasher.finalize().into(), used: 0 }
    }

    fn next(&mut self) -> usize {
        if self.used + 2 > self.digest.len() {
            self.digest = Sha256::digest(self.digest).into();
            self.used = 0;
        }
        let pair = [self.digest[self.used], self.digest[self.used + 1]];
        self.used += 2;
        usize::from(u16::from_le_bytes(pair))
    }

    fn below(&mut self, most: usize) -> usize {
        self.next() % most.max(1)
    }

    fn words(&mut self) -> String {
        format!("{} {}", QUALITIES[self.below(QUALITIES.len())], THINGS[self.below(THINGS.len())])
    }

    fn value(&mut self, kind: ParamKind) -> Value {
        match kind {
            ParamKind::Text => self.words().into(),
            ParamKind::Number => (f64::from(u16::try_from(self.below(1_000)).unwrap_or(0)) / 10.0).into(),
            ParamKind::Integer => self.below(100).into(),
            ParamKind::Boolean => (self.below(2) == 1).into(),
            ParamKind::Date => format!("2026-{:02}-{:02}", self.below(12) + 1, self.below(28) + 1).into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;
    use std::sync::Arc;

    use super::*;
    use crate::outside::llm::Manner;

    fn ask(role: Option<&str>, task: &str, shape: Option<Shape>) -> Said {
        let role = role.map(str::to_owned);
        let manner = Manner { model: "mock".to_owned(), role, temperature: None, max_tokens: None, shape };
        answer(&Question { manner: Arc::new(manner), task: task.to_owned(), wrong: None })
    }

    #[test]
    fn it_says_the_same_for_ever() {
        let said = ask(Some("You are kind."), "Greet Ada Lovelace", None);
        assert_eq!(said.text, "Mock answer: warm meadow.", "changing this changes the stories of users");
        assert_eq!((said.input_tokens, said.output_tokens), (Some(6), Some(4)));
        assert_eq!(said, ask(Some("You are kind."), "Greet Ada Lovelace", None));
        assert_ne!(ask(Some("ab"), "c", None).text, ask(Some("a"), "bc", None).text);
    }

    #[test]
    fn it_keeps_to_every_shape_and_uses_all_of_it() {
        let labels = Shape::Labels(["a", "b", "c"].map(str::to_owned).to_vec());
        let kinds = [ParamKind::Text, ParamKind::Number, ParamKind::Integer, ParamKind::Boolean, ParamKind::Date];
        let field = |kind: ParamKind| Field { name: kind.name().to_owned(), kind, about: None };
        let fields = Shape::Fields(kinds.map(field).to_vec());
        let (mut seen, mut lengths) = (HashSet::new(), HashSet::new());
        for n in 0..200 {
            let task = format!("task {n}");
            let read = |shape: &Shape| shape.read(&ask(None, &task, Some(shape.clone())).text).unwrap();
            seen.insert(read(&labels).to_string());
            lengths.insert(read(&Shape::List).as_array().unwrap().len());
            read(&fields);
        }
        assert_eq!((seen.len(), lengths.len()), (3, 3));
    }
}

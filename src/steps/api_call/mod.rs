//! `api_call`: asks a service over HTTP and keeps what of the answer is wanted. What may be asked again is told by its
//! method; a POST is sent once, unless the service honours `Idempotency-Key`.

use std::sync::Arc;

use serde_json::Map;

use self::base::Base;
use self::content::Content;
use self::headers::{Headers, KEY};
use self::place::Place;
use self::save::Save;
use self::store::Store;
use self::success::Success;
use self::text::Pairs;
use super::function::{limit, size};
use super::names::Names;
use super::{Built, StepKind, verdict};
use crate::engine::{Answer, Call, Done, Effect, Gate, Reply, Scope, StepError, Task};
use crate::model::document::{Fields, list, nearest};
use crate::model::time::{Clock, Millis, Timestamp, duration};
use crate::outside::http::{Client, Fault, Method, Request, Response, Rules, Web};

mod base;
mod content;
mod headers;
mod place;
mod save;
mod store;
mod success;
mod text;
mod told;

pub(super) use told::shown;

pub(super) const KIND: StepKind = StepKind {
    name: "api_call",
    about: "asks a service over HTTP; what `save` names becomes outcomes",
    outcome_key: "api_completed",
    example: "method = \"GET\"\nurl = \"https://example.com/rows/{{ record.row }}\"\nsave = { title = \"body.title\" }\n",
    build,
};

/// The methods there are, each with whether it may be asked again (RFC 9110 §9.2.2) and whether it changes nothing.
const METHODS: [(&str, Effect, bool); 7] = [
    ("GET", Effect::Idempotent, true),
    ("HEAD", Effect::Idempotent, true),
    ("OPTIONS", Effect::Idempotent, true),
    ("PUT", Effect::Idempotent, false),
    ("DELETE", Effect::Idempotent, false),
    ("POST", Effect::Once, false),
    ("PATCH", Effect::Once, false),
];

struct ApiCall {
    client: Client,
    web: Web,
    clock: Arc<dyn Clock>,
    gate: Gate,
    plan: Arc<Plan>,
}

/// What is asked, and what is wanted of the answer.
struct Plan {
    method: Method,
    effect: Effect,
    /// Whether the service is told that it is the same request again.
    keyed: bool,
    place: Place,
    headers: Headers,
    content: Content,
    success: Success,
    save: Save,
    store: Option<Store>,
}

fn build(fields: &mut Fields<'_>, names: &Names<'_>) -> Option<Built> {
    let base = Base::read(fields, names);
    let rules = rules(fields);
    let method = fields.text("method");
    let url = fields.required_text("url");
    let (query, headers) = (fields.take("query"), fields.take("headers"));
    let content = Content::read(fields, names);
    let idempotent = fields.bool("idempotent").map(|idempotent| idempotent.value);
    let success = Success::read(fields.take("success"), fields.complaints);
    let save = Save::read(fields.take("save"), fields.complaints);
    let store = Store::read(fields, names);
    if store.as_ref().is_some_and(Option::is_some) && save.as_ref().is_some_and(|save| save.has(store::KEY)) {
        let what = format!("{} keeps `{}` by `save` and by `store`", fields.owner, store::KEY);
        fields.complaints.error(fields.spot, what, Some("rename it in `save`".to_owned()));
    }
    let has_body = content.as_ref().is_some_and(|content| !content.is_none());
    let method = match method {
        Some(method) => known(&method.value, method.spot, fields),
        None => METHODS.iter().find(|(name, ..)| *name == if has_body { "POST" } else { "GET" }),
    };
    let query = query.map(|query| Pairs::read("query", query, names, fields.complaints));
    let base = base?;
    let headers = Headers::read(headers, &base, names, fields.complaints);
    let query = query.map_or(Some(None), |query| query.map(Some));
    let place = Place::read(&url?, query?, &base, names, fields.complaints);
    let (name, effect, changes_nothing) = method?;
    let effect = match idempotent {
        None => *effect,
        Some(true) => Effect::Idempotent,
        Some(false) => Effect::Once,
    };
    let plan = Plan {
        method: Method::from_bytes(name.as_bytes()).ok()?,
        effect,
        keyed: !changes_nothing,
        place: place?,
        headers: headers?,
        content: content?,
        success: success?,
        save: save?,
        store: store?,
    };
    let client = names.tools.web.client(Rules { allow_private: base.allow_private, ..rules? });
    let clock = Arc::clone(&names.tools.clock);
    let web = names.tools.web.clone();
    Some(Built::elsewhere(ApiCall { client, web, clock, gate: base.gate, plan: Arc::new(plan) }))
}

fn known(
    name: &str,
    spot: crate::model::document::Spot,
    fields: &mut Fields<'_>,
) -> Option<&'static (&'static str, Effect, bool)> {
    let names = || METHODS.iter().map(|(name, ..)| *name);
    let found = METHODS.iter().find(|(known, ..)| *known == name);
    if found.is_none() {
        let hint = match nearest(&name.to_ascii_uppercase(), names()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("methods: {}", list(names())),
        };
        fields.complaints.error(spot, format!("there is no method `{name}`"), Some(hint));
    }
    found
}

fn rules(fields: &mut Fields<'_>) -> Option<Rules> {
    let usual = Rules::default();
    let time = |text: &str| duration(text).map(|ms| ms.0);
    let bounds = ((10, 3_600_000), "10ms and 1h");
    let spot = fields.spot;
    let total = limit(fields, "timeout", time, bounds.0, bounds.1, usual.total.0)?;
    let connect = limit(fields, "connect_timeout", time, bounds.0, bounds.1, usual.connect.0.min(total / 2))?;
    let first_byte = limit(fields, "first_byte_timeout", time, bounds.0, bounds.1, total)?;
    let largest = limit(fields, "max_size", size, (1 << 20, 1 << 30), "1MB and 1GB", usual.largest as u64)?;
    if connect >= total {
        let what = format!("`connect_timeout` of {} is not shorter than its `timeout`", fields.owner);
        fields.complaints.error(spot, what, Some("else nobody can tell whether a request was sent".to_owned()));
        return None;
    }
    let (connect, first_byte, total) = (Millis(connect), Millis(first_byte), Millis(total));
    Some(Rules { connect, first_byte, total, largest: usize::try_from(largest).ok()?, ..usual })
}

impl Plan {
    /// The request, and the name of the file that its answer becomes.
    fn prepare(&self, task: &Task) -> Result<(Request, Option<String>), StepError> {
        let file = self.store.as_ref().map(|store| store.name(&task.scope)).transpose()?;
        Ok((self.request(task)?, file))
    }

    fn request(&self, task: &Task) -> Result<Request, StepError> {
        let scope = &task.scope;
        let mut request = Request::new(self.method.clone(), self.place.render(scope)?);
        if self.keyed {
            request = request.header(KEY, task.key.as_str());
        }
        let request = self.headers.put(request, scope)?;
        self.content.put(request, &self.headers, scope)
    }

    fn is_success(&self, answer: &Result<Response, Fault>) -> bool {
        answer.as_ref().is_ok_and(|response| self.success.holds(response.status))
    }

    fn judge(&self, answer: Result<Response, Fault>, now: Timestamp) -> Result<(Done, Response), StepError> {
        let response = answer.map_err(|fault| verdict::no_answer(fault, self.effect))?;
        if !self.success.holds(response.status) {
            return Err(verdict::bad_status(&response, self.effect, now));
        }
        let outcomes = self.save.take(&response).map_err(|what| verdict::bad_answer(&response, self.effect, what))?;
        let internal = [("status", response.status.into()), ("headers", told::headers(&response))];
        let internal = internal.into_iter().filter(|(key, _)| !self.save.has(key));
        let internal = internal.map(|(key, value)| (key.to_owned(), value)).collect();
        Ok((Done { outcomes, internal, ..Done::default() }, response))
    }

    /// Keeps the body of a good answer as a file. It blocks.
    fn keep(&self, name: String, (mut done, response): (Done, Response), scope: &Scope) -> Answer {
        let kept = self.store.as_ref().map(|store| store.keep(name, &response, &scope.job.secrets)).transpose();
        match kept {
            Ok(file) => {
                let id = file.as_ref().map(|file| (store::KEY.to_owned(), file.storage_id.clone().into()));
                done.outcomes.extend(id);
                Answer { files: file.into_iter().collect(), ..Answer::of(Ok(done)) }
            }
            Err(what) => Answer::of(Err(verdict::bad_answer(&response, self.effect, what))),
        }
    }
}

impl Call for ApiCall {
    fn effect(&self) -> Effect {
        self.plan.effect
    }

    fn gate(&self) -> Option<Gate> {
        Some(self.gate.clone())
    }

    fn rehearse(&self, task: &Task) -> Answer {
        let (request, file) = match self.plan.prepare(task) {
            Ok(prepared) => prepared,
            Err(error) => return Answer::of(Err(error)),
        };
        let mut outcomes = self.plan.save.imagined();
        outcomes.extend(file.map(|name| (store::KEY.to_owned(), format!("[{name}]").into())));
        let status =
            (!outcomes.contains_key("status")).then(|| ("status".to_owned(), self.plan.success.first().into()));
        let internal = status.into_iter().collect::<Map<_, _>>();
        let done = Done { outcomes, internal, ..Done::default() };
        Answer { said: told::shown(&request), ..Answer::of(Ok(done)) }
    }

    fn begin(&self, task: Task, reply: Reply) {
        let (request, file) = match self.plan.prepare(&task) {
            Ok(prepared) => prepared,
            Err(error) => return reply.send(Answer::of(Err(error))),
        };
        let given = told::given(&request);
        let (plan, clock) = (Arc::clone(&self.plan), Arc::clone(&self.clock));
        // Files are written elsewhere: the thread of the sockets waits for no disk.
        let aside = file.map(|name| (name, self.web.clone()));
        let began = clock.ticks();
        self.client.send(request, move |answer| {
            let took = Millis(clock.ticks().0.saturating_sub(began.0));
            let tools = vec![told::invoked(given, &answer, plan.is_success(&answer), took)];
            match (plan.judge(answer, clock.now()), aside) {
                (Ok(good), Some((name, web))) => {
                    // If it cannot be begun, the reply is dropped, and that is an answer too.
                    let keep = move || reply.send(Answer { tools, ..plan.keep(name, good, &task.scope) });
                    drop(web.aside(keep));
                }
                (result, _) => reply.send(Answer { tools, ..Answer::of(result.map(|(done, _)| done)) }),
            }
        });
    }
}

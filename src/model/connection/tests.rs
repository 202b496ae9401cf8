use super::*;
use crate::model::settings::Settings;

fn wrong(text: &str) -> Vec<String> {
    let told = |c: crate::model::document::Complaint| format!("{} {} ({})", c.spot, c.what, c.hint.unwrap_or_default());
    Settings::parse(text).unwrap_err().0.into_iter().map(told).collect()
}

#[test]
fn what_is_set_is_there_and_what_is_left_out_is_as_usual() {
    let text = "[integrations.openai]\nkind = 'llm'\nprovider = 'openai'\napi_key = 'vault:openai_key'\nrate = '50/s'\n\
                [channels.mail]\nkind = 'email'\nprovider = 'smtp'\nhost = 'mail.example'\nport = 587\nfrom = 'a@b.example'\n\
                username = 'a'\npassword = 'vault:smtp.pw'\nconcurrency = 4\nallow_private = true\n";
    let settings = Settings::parse(text).unwrap();
    let openai = settings.find(Object::Integration, "OpenAI").unwrap();
    assert_eq!((openai.kind, openai.provider.name, openai.rate), ("llm", "openai", Some(50.0)));
    assert_eq!(openai.text("base_url"), Some("https://api.openai.com/v1"));
    assert_eq!(openai.text("api_key"), None, "a secret is never a text");
    assert_eq!(openai.credential("api_key"), Some("openai_key"));
    let mail = settings.find(Object::Channel, "mail").unwrap();
    assert_eq!((mail.concurrency, mail.allow_private, mail.integer("port")), (Some(4), true, Some(587)));
    assert_eq!((mail.text("security"), mail.text("reply_to"), mail.truth("port")), (Some("starttls"), None, None));
    assert_eq!(mail.credentials().collect::<Vec<_>>(), ["smtp.pw"]);
    assert_eq!(mail.title(), "channel `mail`");
    assert_eq!(settings.find(Object::Integration, "mail"), None);
}

#[test]
fn only_a_change_of_meaning_changes_the_hash() {
    let hash = |text: &str| Settings::parse(text).unwrap().connections[0].sha256.clone();
    let one = hash("[channels.a]\nkind = 'sms'\nrate = '1/s'\n");
    assert_eq!(one, hash("# so\n[channels]\na = { rate = \"1/s\", kind = \"sms\" }\n"));
    assert_ne!(one, hash("[channels.a]\nkind = 'sms'\nrate = '2/s'\n"));
}

#[test]
fn every_mistake_has_its_place_and_its_mend() {
    let smtp = |rest: &str| format!("[channels.m]\nkind='email'\nprovider='smtp'\nhost='h'\nfrom='f'\n{rest}");
    for (text, wanted) in [
        (
            "[channels.m]\n",
            "1:11 `[channels.m]` has no `kind` (add `kind = \"…\"`; kinds: `email`, `sms`, `voice` and `whatsapp`)",
        ),
        ("[channels.m]\nkind = 'mail'\n", "2:8 there is no kind `mail` of channel (did you mean `email`?)"),
        ("[integrations.m]\nkind = 'q'\n", "2:8 there is no kind `q` of integration (kinds: `llm` and `http`)"),
        (
            "[integrations.m]\nkind = 'llm'\nprovider = 'opnai'\n",
            "3:12 there is no provider `opnai` of kind `llm` (did you mean `openai`?)",
        ),
        (
            "[channels.m]\nkind = 'sms'\nprovider = 'meta'\n",
            "3:12 there is no provider `meta` of kind `sms` (providers of `sms`: `outbox` and `twilio`)",
        ),
        ("[channels.m]\nkind = 'sms'\nrat = '1/s'\n", "3:1 `[channels.m]` has no key `rat` (did you mean `rate`?)"),
        (
            "[channels.m]\nkind = 'sms'\nrate = 'fast'\n",
            "3:8 `fast` is not a rate; write `80/s`, `100/m` or `1000/h` ()",
        ),
        ("[channels.m]\nkind = 'sms'\nconcurrency = 0\n", "3:15 `concurrency` must be at least 1 ()"),
        (
            "[channels.m]\nkind = 'email'\nhost = 'h'\n",
            "1:11 `[channels.m]` has no `provider`, so it is `outbox`, which has no `host` (add `provider = \"smtp\"`)",
        ),
        (
            "[integrations.m]\nkind = 'http'\n",
            "1:15 `[integrations.m]` has no `base_url` (add `base_url = \"https://…\"`)",
        ),
        (
            "[integrations.m]\nkind = 'llm'\nprovider = 'anthropic'\n",
            "1:15 `[integrations.m]` has no `api_key` (add `api_key = \"vault:NAME\"`)",
        ),
        (
            "[integrations.m]\nkind = 'llm'\nprovider = 'openai'\napi_key = 'vault:a b'\n",
            "4:11 `api_key` of `[integrations.m]` does not name a credential: it may hold letters, digits, `_`, `-` and `.` (write `api_key = \"vault:NAME\"`)",
        ),
        (
            "[integrations.m]\nkind = 'llm'\nmodel = 'vault:a'\n",
            "3:9 `model` of `[integrations.m]` is not a secret, and is not looked up in the vault ()",
        ),
        (
            "[integrations.m]\nkind = 'http'\nbase_url = 'crm.example'\n",
            "3:12 `base_url` of `[integrations.m]` is not the address of a service (it begins with `https://` or `http://` and a host)",
        ),
        (
            "[integrations.m]\nkind = 'http'\nbase_url = 'https://me:pw@crm.example/v1'\n",
            "3:12 `base_url` of `[integrations.m]` holds a user or a password (keep it with `cxgear vault set NAME`, and take it out of the address)",
        ),
        (
            "[integrations.m]\nkind = 'http'\nbase_url = 'https://crm.example/?key=1'\n",
            "3:12 `base_url` of `[integrations.m]` has a query or a fragment, and paths are put behind it (write only what comes before it)",
        ),
        (
            "[integrations.'a b']\nkind = 'llm'\n",
            "1:15 `a b` cannot be the name of a thing: it may hold letters, digits, `_` and `-` ()",
        ),
        (
            "[channels.a]\nkind = 'sms'\n[channels.A]\nkind = 'sms'\n",
            "3:11 `a` and `A` are the same name but for case (rename one of them)",
        ),
        (
            "[channels]\na = 3\n",
            "2:1 `[channels.a]` has no `kind` (add `kind = \"…\"`; kinds: `email`, `sms`, `voice` and `whatsapp`)",
        ),
        ("channels = 3\n", "1:12 `[channels]` must be a table, not a whole number ()"),
        (&smtp("port = 70000"), "6:8 `port` of `[channels.m]` must be between 1 and 65535 ()"),
        (
            &smtp("security = 'ssl'"),
            "6:12 `security` of `[channels.m]` is `ssl`, and there is no such word for it (it may be `starttls`, `tls` and `none`)",
        ),
        (
            &smtp("username = 'u'"),
            "1:11 `[channels.m]` has a `username` and no `password` (add `password = \"vault:NAME\"`)",
        ),
        (
            &smtp("password = 'vault:p'"),
            "1:11 `[channels.m]` has a `password` and no `username` (add `username = \"…\"`)",
        ),
        (
            &smtp("security = 'none'"),
            "1:11 `[channels.m]` would send mail in plain text over the network (use `security = \"starttls\"` or \"tls\"; `allow_private = true` allows it in your own network)",
        ),
    ] {
        assert_eq!(wrong(text).last().unwrap(), wanted, "{text}");
    }
    for near in ["localhost", "127.0.0.1", "::1"] {
        let text = smtp("security = 'none'").replace("'h'", &format!("'{near}'"));
        assert!(Settings::parse(&text).is_ok(), "{near}");
    }
}

#[test]
fn a_secret_in_plain_text_is_refused_and_not_repeated() {
    let mut refused = 0;
    for provider in PROVIDERS {
        for key in provider.keys.iter().filter(|key| key.holds == Holds::Secret) {
            let head = format!(
                "[{}.m]\nkind = '{}'\nprovider = '{}'\n",
                provider.object.table(),
                provider.kind,
                provider.name
            );
            let told = wrong(&format!("{head}{} = 'sk-0123456789'\n", key.name));
            let wanted = format!("4:{} `{}` of", key.name.len() + 4, key.name);
            let ours: Vec<_> = told.iter().filter(|line| line.starts_with(&wanted)).collect();
            assert_eq!(ours.len(), 1, "{told:?}");
            assert!(ours[0].contains("cxgear vault set NAME") && ours[0].contains("\"vault:NAME\""), "{ours:?}");
            assert!(!told.iter().any(|line| line.contains("sk-")), "{told:?}");
            refused += 1;
        }
    }
    assert_eq!(refused, 7);
}

#[test]
fn each_kind_but_http_has_one_that_needs_nothing() {
    for provider in PROVIDERS {
        let offline = Connection::offline(provider.object, provider.kind);
        assert_eq!(offline.is_some(), provider.kind != "http", "{provider:?}");
        assert!(offline.is_none_or(|offline| offline.provider.keys.iter().all(|key| key.need != Need::Required)));
    }
}

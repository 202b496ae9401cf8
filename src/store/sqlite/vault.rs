//! The vault: one lock, values that are encrypted, and the states of credentials that their events fold into.
//!
//! Whoever seals a value has read the lock before; it is compared again inside the transaction, so that nothing is ever
//! sealed with a key that was changed meanwhile. What is replaced is overwritten on the disk, not only let go of.

use rusqlite::{Connection, OptionalExtension as _, Row};
use serde_json::json;

use super::write::{append, facts};
use super::{SqliteStore, rows};
use crate::model::credential::{Credential, CredentialFold};
use crate::model::event::{Event, Leads};
use crate::model::fold::Illegal;
use crate::model::reason::Reason;
use crate::model::segment::Segment;
use crate::model::status::CredentialStatus;
use crate::model::time::Timestamp;
use crate::model::vault::{Lock, Sealed, Stretch};
use crate::store::{Clash, Error, Result, Used};

/// What opens the vault.
pub(super) fn lock(db: &Connection) -> Result<Option<Lock>> {
    let sql = "SELECT id, nonce, wrapped, memory, passes, lanes, salt FROM cx_vault";
    let read = |row: &Row<'_>| {
        let salt: Option<Vec<u8>> = row.get(6)?;
        let stretch = salt.map(|salt| stretch(row, salt)).transpose()?;
        Ok(Lock { id: row.get(0)?, stretch, nonce: row.get(1)?, wrapped: row.get(2)? })
    };
    Ok(db.prepare_cached(sql)?.query_row([], read).optional()?)
}

/// A number that is none comes out as one that no vault has: who opens it refuses that like any other change.
fn stretch(row: &Row<'_>, salt: Vec<u8>) -> rusqlite::Result<Stretch> {
    let number = |at| row.get::<_, Option<i64>>(at).map(|n| n.and_then(|n| u32::try_from(n).ok()).unwrap_or(u32::MAX));
    Ok(Stretch { memory: number(3)?, passes: number(4)?, lanes: number(5)?, salt })
}

pub(super) fn credentials(db: &Connection) -> Result<Vec<Credential>> {
    let sql = "SELECT name, status, created_at, updated_at FROM cx_credential ORDER BY name";
    let read = |row: &Row<'_>| {
        let (created_at, updated_at) = (Timestamp(row.get(2)?), Timestamp(row.get(3)?));
        Ok(Credential { name: row.get(0)?, status: status(row, 1)?, created_at, updated_at })
    };
    let found = db.prepare_cached(sql)?.query_map([], read)?.collect::<rusqlite::Result<_>>()?;
    Ok(found)
}

pub(super) fn sealed(db: &Connection) -> Result<Vec<Sealed>> {
    let sql = "SELECT name, nonce, ciphertext FROM cx_credential ORDER BY name";
    let read = |row: &Row<'_>| Ok(Sealed { name: row.get(0)?, nonce: row.get(1)?, ciphertext: row.get(2)? });
    let found = db.prepare_cached(sql)?.query_map([], read)?.collect::<rusqlite::Result<_>>()?;
    Ok(found)
}

fn status(row: &Row<'_>, at: usize) -> rusqlite::Result<CredentialStatus> {
    CredentialStatus::coded(row.get(at)?).ok_or_else(|| rows::odd(at, "no such credential status"))
}

/// One credential, without regard to case: its name as it is kept, and its state.
fn find(db: &Connection, name: &str) -> Result<Option<(String, CredentialFold)>> {
    let sql = "SELECT name, status, created_at, updated_at FROM cx_credential WHERE name = ?1";
    let read = |row: &Row<'_>| {
        let (created_at, updated_at) = (Timestamp(row.get(2)?), Timestamp(row.get(3)?));
        Ok((row.get(0)?, CredentialFold { status: Some(status(row, 1)?), created_at, updated_at }))
    };
    Ok(db.prepare_cached(sql)?.query_row([name], read).optional()?)
}

/// Folds an event onto its credential. A new one has its row when the value is there, in the same transaction.
pub(super) fn fold(db: &Connection, at: Timestamp, event: &Event) -> Result<()> {
    let kind = event.kind();
    let Leads::Credential(to) = kind.leads() else { return Ok(()) };
    let refuse = |why: String| Err(Illegal { event: kind.name(), why }.into());
    let Some(name) = event.credential() else { return refuse("it names no credential".to_owned()) };
    let mut fold = match find(db, name)? {
        // The log tells credentials apart letter by letter.
        Some((there, _)) if there != name => return refuse(format!("the credential is called `{there}`")),
        found => found.map(|(_, fold)| fold).unwrap_or_default(),
    };
    let change = fold.apply(at, event)?;
    if to == CredentialStatus::Deleted {
        db.prepare_cached("DELETE FROM cx_credential WHERE name = ?1")?.execute([name])?;
    } else if change.is_some_and(|change| change.from.is_some()) {
        let sql = "UPDATE cx_credential SET status = ?2, updated_at = ?3 WHERE name = ?1";
        db.prepare_cached(sql)?.execute((name, to.code(), fold.updated_at.0))?;
    }
    Ok(())
}

fn said(name: &str) -> crate::model::payload::Facts {
    facts(json!({ "name": name }))
}

impl SqliteStore {
    /// A commit of the vault's: decides which events there are, folds them, then stores what they are about.
    fn commit_vault(
        &mut self,
        at: Timestamp,
        decide: impl FnOnce(&Connection) -> Result<Vec<Event>>,
        store: impl FnOnce(&Connection, Timestamp) -> Result<()>,
    ) -> Result<()> {
        self.db.execute_batch("PRAGMA secure_delete = ON")?;
        let request = self.request();
        let number = self.commit(|db| {
            let number = request.number(db)?;
            let events = decide(db)?;
            let segment = (!events.is_empty()).then(|| Segment::workspace(at, events)).transpose()?;
            append(db, number, segment.as_slice())?;
            // The log's time, which never goes back as a clock may.
            let at = db.query_row("SELECT at FROM cx_workspace", [], |row| row.get(0))?;
            store(db, Timestamp(at))?;
            Ok(number)
        })?;
        self.begun(number);
        self.empty_wal()
    }

    /// What was replaced is still in the WAL. Nobody is waited for: whoever reads it just now keeps it a little longer.
    fn empty_wal(&mut self) -> Result<()> {
        self.db.busy_handler(None::<fn(i32) -> bool>)?;
        drop(self.db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())));
        Ok(self.db.busy_handler(Some(super::wait))?)
    }

    pub(super) fn keep(&mut self, at: Timestamp, wanted: &Lock, sealed: &[Sealed], clash: Clash) -> Result<()> {
        let decide = |db: &Connection| {
            agree(db, wanted)?;
            let mut events = Vec::new();
            let mut taken = Vec::new();
            for entry in sealed {
                let Some((name, fold)) = find(db, &entry.name)? else {
                    events.push(Event::CredentialCreated(said(&entry.name)));
                    continue;
                };
                if clash == Clash::Replace && name != entry.name {
                    // It is bound to its name, letter by letter.
                    return Err(Error::VaultChanged);
                }
                if fold.status == Some(CredentialStatus::Unverified) {
                    // The states have no way from `unverified` to itself: the one goes, another comes.
                    events.push(Event::CredentialDeleted(said(&name)));
                    events.push(Event::CredentialCreated(said(&name)));
                } else {
                    events.push(Event::CredentialUnverified(said(&name)));
                }
                taken.push(name);
            }
            match clash {
                Clash::Refuse if !taken.is_empty() => Err(Error::CredentialsTaken(taken)),
                Clash::Refuse | Clash::Replace => Ok(events),
            }
        };
        self.commit_vault(at, decide, |db, at| {
            put_lock(db, wanted)?;
            sealed.iter().try_for_each(|entry| put(db, at, entry))
        })
    }

    pub(super) fn rename(&mut self, at: Timestamp, wanted: &Lock, before: &Sealed, after: &Sealed) -> Result<()> {
        let decide = |db: &Connection| {
            agree(db, wanted)?;
            if !self::sealed(db)?.contains(before) {
                return Err(Error::VaultChanged);
            }
            // It may be the same name, written differently.
            let other = find(db, &after.name)?.filter(|(name, _)| *name != before.name);
            if let Some((name, _)) = other {
                return Err(Error::CredentialsTaken(vec![name]));
            }
            let created = facts(json!({ "name": after.name, "renamed_from": before.name }));
            Ok(vec![Event::CredentialDeleted(said(&before.name)), Event::CredentialCreated(created)])
        };
        self.commit_vault(at, decide, |db, at| put(db, at, after))
    }

    pub(super) fn forget(&mut self, at: Timestamp, name: &str) -> Result<()> {
        let decide = |db: &Connection| {
            let (name, _) = find(db, name)?.ok_or_else(|| Error::NoCredential(name.to_owned()))?;
            Ok(vec![Event::CredentialDeleted(said(&name))])
        };
        self.commit_vault(at, decide, |db, _| {
            let empty = "DELETE FROM cx_vault WHERE NOT EXISTS (SELECT 1 FROM cx_credential)";
            db.execute(empty, [])?;
            Ok(())
        })
    }

    pub(super) fn judge(&mut self, at: Timestamp, used: &Used<'_>) -> Result<()> {
        let known = credentials(&self.db)?.into_iter().find(|known| known.name.eq_ignore_ascii_case(used.name));
        let to = if used.taken { CredentialStatus::Verified } else { CredentialStatus::Invalid };
        let news = |status, updated_at| status != to && updated_at == used.given_at;
        if !known.is_some_and(|known| news(known.status, known.updated_at)) {
            return Ok(());
        }
        self.commit_events(|db| {
            // Looked at again: another process may have been faster.
            let found = find(db, used.name)?.filter(|(_, fold)| fold.status.is_some_and(|s| news(s, fold.updated_at)));
            let event = found.map(|(name, _)| match used.taken {
                true => Event::CredentialVerified(said(&name)),
                false => {
                    Event::CredentialInvalid(facts(json!({ "name": name, "reason_code": Reason::Unauthorized.name() })))
                }
            });
            let segment = event.map(|event| Segment::workspace(at, vec![event])).transpose()?;
            Ok(((), segment.into_iter().collect()))
        })
    }

    pub(super) fn rekey(&mut self, before: &Lock, after: &Lock, values: &[(Sealed, Sealed)]) -> Result<()> {
        let decide = |db: &Connection| {
            agree(db, before)?;
            let same = sealed(db)?.iter().eq(values.iter().map(|(was, _)| was));
            // No status changes, so there is no event; the request tells that it was done.
            if same { Ok(Vec::new()) } else { Err(Error::VaultChanged) }
        };
        self.commit_vault(Timestamp(0), decide, |db, _| {
            db.execute("DELETE FROM cx_vault", [])?;
            put_lock(db, after)?;
            let sql = "UPDATE cx_credential SET nonce = ?2, ciphertext = ?3 WHERE name = ?1";
            let mut update = db.prepare_cached(sql)?;
            for (_, entry) in values {
                update.execute((&entry.name, &entry.nonce, &entry.ciphertext))?;
            }
            Ok(())
        })
    }
}

/// The lock is the one that whoever sealed had, or there is none yet.
fn agree(db: &Connection, wanted: &Lock) -> Result<()> {
    match lock(db)? {
        Some(there) if there != *wanted => Err(Error::VaultChanged),
        Some(_) | None => Ok(()),
    }
}

fn put_lock(db: &Connection, lock: &Lock) -> Result<()> {
    let stretch = lock.stretch.as_ref();
    db.prepare_cached(
        "INSERT INTO cx_vault (one, id, memory, passes, lanes, salt, nonce, wrapped) VALUES (1, ?1, ?2, ?3, ?4, ?5, ?6, ?7) \
         ON CONFLICT DO NOTHING",
    )?
    .execute((
        &lock.id,
        stretch.map(|stretch| stretch.memory),
        stretch.map(|stretch| stretch.passes),
        stretch.map(|stretch| stretch.lanes),
        stretch.map(|stretch| &stretch.salt),
        &lock.nonce,
        &lock.wrapped,
    ))?;
    Ok(())
}

/// A value beside its state: that of a new credential, or the one that its event was just folded onto.
fn put(db: &Connection, at: Timestamp, entry: &Sealed) -> Result<()> {
    let sql = "INSERT INTO cx_credential (name, status, nonce, ciphertext, created_at, updated_at) \
               VALUES (?1, ?2, ?3, ?4, ?5, ?5) \
               ON CONFLICT DO UPDATE SET nonce = excluded.nonce, ciphertext = excluded.ciphertext";
    let new = CredentialStatus::Unverified.code();
    db.prepare_cached(sql)?.execute((&entry.name, new, &entry.nonce, &entry.ciphertext, at.0))?;
    Ok(())
}

#[cfg(test)]
mod tests;

//! 名单: registers that bar people and organisations (DG 第二十条, 失信联合惩戒).

use std::collections::HashMap;

use domain::id::PersonId;
use domain::policy::pack::{Pack, Test};
use store::Secret;

use crate::error::Result;
use crate::pools::OpenPool;
use crate::service::Service;

/// The register a pack bars people by, with the article, if it has one.
pub(crate) fn barring(pack: &Pack) -> Option<(String, String)> {
    pack.eligibility
        .leaves
        .iter()
        .find_map(|leaf| match &leaf.test {
            Some(Test::NotListed { register, .. }) => {
                Some((register.clone(), leaf.citation.to_string()))
            }
            _ => None,
        })
}

impl Service {
    /// Is an organisation on the register, by credit code?
    pub(crate) async fn is_listed(
        &self,
        register: &str,
        credit_code: Option<&str>,
    ) -> Result<bool> {
        let Some(code) = credit_code else {
            return Ok(false);
        };
        let mut read = self.store.read();
        let code = Secret::new(code);
        let entries =
            store::registers::about::<serde_json::Value>(&mut read, self.store.seals(), &code)
                .await?;
        Ok(entries.iter().any(|entry| entry.register == register))
    }

    /// The people of a pool who are on its barring register, and its name.
    pub(crate) async fn listed_persons(
        &self,
        pool: &OpenPool,
    ) -> Result<HashMap<PersonId, String>> {
        let Some((register, _)) = barring(&pool.pack) else {
            return Ok(HashMap::new());
        };
        let mut read = self.store.read();
        let listed =
            store::registers::persons_listed(&mut read, self.store.seals(), pool.pool.id).await?;
        Ok(listed
            .into_iter()
            .map(|(person, _)| (person, register.clone()))
            .collect())
    }
}

//! 单位: the register of organisations.

use domain::id::OrganisationId;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::document::{
    self, ByText, Count, Direction, Page, PageRequest, Select, Stored, document,
};
use crate::door::WriteTx;
use crate::error::Result;
use crate::grams::{self, SearchText, Token};
use crate::sql;
use crate::sql::Sql;
use crate::store::Db;

document! {
    /// Index columns of an organisation.
    OrganisationKeys in "organisation" by OrganisationId {
        /// Name.
        name: String,
        /// Sort key of the name.
        name_sort: String,
        /// 统一社会信用代码, unique when known.
        credit_code: Option<String>,
        /// 单位属性, or empty.
        kind: String,
    }
}

/// A stored organisation.
pub type Organisation<B> = Stored<OrganisationKeys, B>;

/// Adds an organisation.
pub async fn insert<B: Serialize>(
    tx: &mut WriteTx,
    id: OrganisationId,
    keys: OrganisationKeys,
    search: &SearchText,
    body: B,
) -> Result<Organisation<B>> {
    let row = document::insert(tx, id, keys, body).await?;
    index(tx, id, search).await?;
    Ok(row)
}

/// Saves an organisation whose version is still the stored one.
pub async fn save<B: Serialize>(
    tx: &mut WriteTx,
    row: &mut Organisation<B>,
    search: &SearchText,
) -> Result<()> {
    document::save(tx, row).await?;
    tx.execute(sql!(
        "DELETE FROM organisation_gram WHERE organisation = $1",
        row.id
    ))
    .await?;
    index(tx, row.id, search).await
}

async fn index(tx: &mut WriteTx, id: OrganisationId, search: &SearchText) -> Result<()> {
    let grams: Vec<&str> = search.iter().collect();
    for some in grams.chunks(200) {
        let mut insert = Sql::new("INSERT INTO organisation_gram (gram, organisation) VALUES ");
        for (n, gram) in some.iter().enumerate() {
            insert
                .push(if n == 0 { "(" } else { ", (" })
                .bind(gram)
                .push(", ")
                .bind(id)
                .push(")");
        }
        tx.execute(insert).await?;
    }
    Ok(())
}

/// The organisation with this id.
pub async fn find<B: DeserializeOwned>(
    db: &mut impl Db,
    id: OrganisationId,
) -> Result<Option<Organisation<B>>> {
    document::find(db, id).await
}

/// The organisation with this credit code.
pub async fn by_credit_code<B: DeserializeOwned>(
    db: &mut impl Db,
    code: &str,
) -> Result<Option<Organisation<B>>> {
    Select::<OrganisationKeys>::new()
        .equal("credit_code", code)
        .first(db)
        .await
}

/// The organisations with exactly this name.
pub async fn named<B: DeserializeOwned>(
    db: &mut impl Db,
    name: &str,
) -> Result<Vec<Organisation<B>>> {
    Select::<OrganisationKeys>::new()
        .equal("name", name)
        .all(db)
        .await
}

/// Which organisations to list.
#[derive(Debug, Clone, Default)]
pub struct OrganisationFilter {
    /// Typed text: name, pinyin, credit code.
    pub text: String,
    /// Any of these kinds.
    pub kinds: Vec<String>,
}

impl OrganisationFilter {
    fn select(&self) -> Select<OrganisationKeys> {
        let mut select = Select::<OrganisationKeys>::new().one_of_if("kind", &self.kinds);
        for token in grams::tokens(&self.text) {
            select = select.also(|sql| {
                sql.push("t.id IN (SELECT organisation FROM organisation_gram WHERE gram ");
                match token {
                    Token::Whole(gram) => sql.push("= ").bind(gram),
                    // Grams are ASCII, so every one that begins so lies below the same with `~`.
                    Token::Prefix(gram) => sql
                        .push(">= ")
                        .bind(&gram)
                        .push(" AND gram < ")
                        .bind(gram.clone() + "~"),
                };
                sql.push(")");
            });
        }
        select
    }
}

/// One page by name.
pub async fn page<B: DeserializeOwned>(
    db: &mut impl Db,
    filter: &OrganisationFilter,
    request: &PageRequest,
) -> Result<Page<Organisation<B>>> {
    filter
        .select()
        .page::<ByText, B>(db, "name_sort", Direction::Ascending, request)
        .await
}

/// How many match.
pub async fn count(db: &mut impl Db, filter: &OrganisationFilter) -> Result<Count> {
    filter.select().count(db).await
}

//! Facts that may call for recusal.

use domain::id::{OrganisationId, PersonId, PoolId, RelationId};
use domain::organisation::OrganisationRef;
use jiff::civil::Date;
use serde::de::DeserializeOwned;

use crate::document::{self, ByText, Direction, Page, PageRequest, Select, Stored, document};
use crate::error::Result;
use crate::sql::{Bind, Sql};
use crate::store::Db;

document! {
    /// Index columns of a relation. Added, saved and removed with [`document`]'s functions.
    RelationKeys in "relation" by RelationId {
        /// Of whom.
        person: PersonId,
        /// To this organisation, if matched to the register.
        organisation: Option<OrganisationId>,
        /// To this person, if on file.
        other: Option<PersonId>,
        /// Name of the organisation, person or call on the other side.
        other_name: String,
        /// Credit code of the organisation on the other side.
        other_code: Option<String>,
        /// Kind code.
        kind: String,
        /// First day, when known.
        from_day: Option<Date>,
        /// Last day, when over.
        to_day: Option<Date>,
        /// Who says so.
        source: String,
    }
}

/// A stored relation.
pub type Relation<B> = Stored<RelationKeys, B>;

/// The relation with this id.
pub async fn find<B: DeserializeOwned>(
    db: &mut impl Db,
    id: RelationId,
) -> Result<Option<Relation<B>>> {
    document::find(db, id).await
}

/// The persons of a pool with a relation to any of these: by name, or to these organisations.
pub async fn persons_with(
    db: &mut impl Db,
    pool: PoolId,
    names: &[String],
    organisations: &[OrganisationRef],
) -> Result<Vec<PersonId>> {
    let codes = organisations.iter().filter_map(|o| o.credit_code.as_ref());
    let ids = organisations.iter().filter_map(|o| o.id);
    let mut found = Vec::new();
    for (column, values) in [
        ("r.other_name", names.iter().map(Bind::to_val).collect()),
        ("r.other_code", codes.map(Bind::to_val).collect()),
        (
            "r.organisation",
            ids.map(|id| id.to_val()).collect::<Vec<_>>(),
        ),
    ] {
        for some in values.chunks(200) {
            let mut sql = Sql::new("SELECT DISTINCT r.person FROM relation r WHERE ");
            sql.push(column).push(" IN (");
            for (n, value) in some.iter().enumerate() {
                sql.push(if n == 0 { "" } else { ", " })
                    .bind_val(value.clone());
            }
            sql.push(
                ") AND EXISTS (SELECT 1 FROM expert e WHERE e.person = r.person AND e.pool = ",
            );
            sql.bind(pool).push(")");
            for row in db.rows(sql).await? {
                found.push(row.get(0)?);
            }
        }
    }
    found.sort_unstable();
    found.dedup();
    Ok(found)
}

/// All relations of some persons.
pub async fn of_persons<B: DeserializeOwned>(
    db: &mut impl Db,
    persons: impl IntoIterator<Item = PersonId>,
) -> Result<Vec<Relation<B>>> {
    let persons: Vec<PersonId> = persons.into_iter().collect();
    let mut found = Vec::new();
    for some in persons.chunks(200) {
        found.extend(
            Select::<RelationKeys>::new()
                .one_of("person", some)
                .all(db)
                .await?,
        );
    }
    Ok(found)
}

/// All relations to some organisations.
pub async fn to_organisations<B: DeserializeOwned>(
    db: &mut impl Db,
    organisations: impl IntoIterator<Item = OrganisationId>,
) -> Result<Vec<Relation<B>>> {
    let organisations: Vec<OrganisationId> = organisations.into_iter().collect();
    let mut found = Vec::new();
    for some in organisations.chunks(200) {
        found.extend(
            Select::<RelationKeys>::new()
                .one_of("organisation", some)
                .all(db)
                .await?,
        );
    }
    Ok(found)
}

/// Which relations to list.
#[derive(Debug, Clone, Default)]
pub struct RelationFilter {
    /// Of this person.
    pub person: Option<PersonId>,
    /// To this organisation.
    pub organisation: Option<OrganisationId>,
    /// Any of these kinds.
    pub kinds: Vec<String>,
    /// Any of these sources.
    pub sources: Vec<String>,
}

/// One page, by id.
pub async fn page<B: DeserializeOwned>(
    db: &mut impl Db,
    filter: &RelationFilter,
    request: &PageRequest,
) -> Result<Page<Relation<B>>> {
    Select::<RelationKeys>::new()
        .equal_if("person", filter.person)
        .equal_if("organisation", filter.organisation)
        .one_of_if("kind", &filter.kinds)
        .one_of_if("source", &filter.sources)
        .page::<ByText, B>(db, "id", Direction::Ascending, request)
        .await
}

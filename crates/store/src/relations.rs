//! Facts that may call for recusal.

use domain::id::{OrganisationId, PersonId, RelationId};
use jiff::civil::Date;
use serde::de::DeserializeOwned;

use crate::document::{self, ByText, Direction, Page, PageRequest, Select, Stored, document};
use crate::error::Result;
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

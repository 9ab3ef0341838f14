//! Natural persons: what is known of them in the body, what identifies them sealed.

use domain::id::PersonId;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::document::{self, Select, Stored, document};
use crate::door::WriteTx;
use crate::error::Result;
use crate::sealed::{Column, Seals, Secret, Shape};
use crate::sql::{Bind as _, Sql, Val};
use crate::store::Db;

const fn column(name: &'static str, pad: usize, shape: Shape) -> Column {
    Column {
        table: "person",
        name,
        pad,
        shape,
    }
}

/// 公民身份号码
pub const ID_NUMBER: Column = column("id_number", 32, Shape::Code);
/// The last characters of the identity number.
const ID_TAIL: Column = column("id_tail", 32, Shape::Code);
/// 手机号
pub const PHONE: Column = column("phone", 32, Shape::Phone);
/// 电子邮箱
pub const EMAIL: Column = column("email", 64, Shape::Email);
/// 通信地址
pub const ADDRESS: Column = column("address", 256, Shape::Text);

/// How many characters of an identity number can be searched for.
pub const TAIL: usize = 4;

document! {
    /// Index columns of a person.
    PersonKeys in "person" by PersonId {
        /// 姓名
        name: String,
        /// Sort key of the name.
        name_sort: String,
    }
}

/// A stored person, without what is sealed.
pub type Person<B> = Stored<PersonKeys, B>;

/// What identifies and reaches a person. Stored sealed; opened only on purpose.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Private {
    /// 公民身份号码
    pub id_number: Option<Secret>,
    /// 手机号
    pub phone: Option<Secret>,
    /// 电子邮箱
    pub email: Option<Secret>,
    /// 通信地址
    pub address: Option<Secret>,
}

/// Blind index of the last [`TAIL`] characters of an identity number.
pub fn tail_index(seals: &Seals, number: &Secret) -> Vec<u8> {
    let normal = Shape::Code.normalise(number.reveal());
    let from = normal
        .char_indices()
        .rev()
        .nth(TAIL - 1)
        .map_or(0, |(at, _)| at);
    seals.index(&ID_TAIL, &Secret::new(&normal[from..]))
}

fn sealed(seals: &Seals, id: PersonId, private: &Private) -> Result<[(&'static str, Val); 7]> {
    let row = id.to_string();
    let seal = |column: &Column, secret: &Option<Secret>| -> Result<Val> {
        Ok(secret
            .as_ref()
            .map(|secret| seals.seal(column, &row, secret))
            .transpose()?
            .to_val())
    };
    let index = |column: &Column, secret: &Option<Secret>| {
        secret
            .as_ref()
            .map(|secret| seals.index(column, secret))
            .to_val()
    };
    Ok([
        ("id_number", seal(&ID_NUMBER, &private.id_number)?),
        ("id_number_index", index(&ID_NUMBER, &private.id_number)),
        (
            "id_tail_index",
            private
                .id_number
                .as_ref()
                .map(|number| tail_index(seals, number))
                .to_val(),
        ),
        ("phone", seal(&PHONE, &private.phone)?),
        ("phone_index", index(&PHONE, &private.phone)),
        ("email", seal(&EMAIL, &private.email)?),
        ("address", seal(&ADDRESS, &private.address)?),
    ])
}

/// Adds a person.
///
/// # Errors
/// [`crate::Error::Duplicate`] when the identity number is on file already.
pub async fn insert<B: Serialize>(
    tx: &mut WriteTx,
    id: PersonId,
    keys: PersonKeys,
    private: &Private,
    body: B,
) -> Result<Person<B>> {
    let more = sealed(tx.seals(), id, private)?;
    document::insert_with(
        tx,
        &more,
        Stored {
            id,
            version: 1,
            keys,
            body,
        },
    )
    .await
}

/// Somebody to be added.
#[derive(Debug)]
pub struct NewPerson<B> {
    /// Identifier.
    pub id: PersonId,
    /// Index columns.
    pub keys: PersonKeys,
    /// What is sealed.
    pub private: Private,
    /// The body.
    pub body: B,
}

/// Adds many persons with a fraction of the statements.
///
/// # Errors
/// As [`insert`].
pub async fn insert_many<B: Serialize>(tx: &mut WriteTx, persons: Vec<NewPerson<B>>) -> Result<()> {
    let rows = persons
        .into_iter()
        .map(|new| {
            let more = sealed(tx.seals(), new.id, &new.private)?;
            let row = Stored {
                id: new.id,
                version: 1,
                keys: new.keys,
                body: new.body,
            };
            Ok((row, more))
        })
        .collect::<Result<_>>()?;
    document::insert_many_with(tx, rows).await
}

/// Saves what is not sealed.
pub async fn save<B: Serialize>(tx: &mut WriteTx, person: &mut Person<B>) -> Result<()> {
    document::save(tx, person).await
}

/// Saves everything, what is sealed included.
pub async fn save_with_private<B: Serialize>(
    tx: &mut WriteTx,
    person: &mut Person<B>,
    private: &Private,
) -> Result<()> {
    let more = sealed(tx.seals(), person.id, private)?;
    document::save_with(tx, &more, person).await
}

/// The person with this id.
pub async fn find<B: DeserializeOwned>(
    db: &mut impl Db,
    id: PersonId,
) -> Result<Option<Person<B>>> {
    document::find(db, id).await
}

/// The persons with these ids, in no particular order.
pub async fn find_all<B: DeserializeOwned>(
    db: &mut impl Db,
    ids: impl IntoIterator<Item = PersonId>,
) -> Result<Vec<Person<B>>> {
    document::find_all(db, ids).await
}

/// The person with this identity number, however it is spelt.
pub async fn by_id_number<B: DeserializeOwned>(
    db: &mut impl Db,
    seals: &Seals,
    number: &Secret,
) -> Result<Option<Person<B>>> {
    Select::<PersonKeys>::new()
        .equal("id_number_index", seals.index(&ID_NUMBER, number))
        .first(db)
        .await
}

/// The persons with these identity numbers, in no particular order.
pub async fn by_id_numbers<B: DeserializeOwned>(
    db: &mut impl Db,
    seals: &Seals,
    numbers: &[Secret],
) -> Result<Vec<Person<B>>> {
    let mut found = Vec::new();
    for some in numbers.chunks(200) {
        let indexes = some.iter().map(|number| seals.index(&ID_NUMBER, number));
        found.extend(
            Select::<PersonKeys>::new()
                .one_of("id_number_index", indexes)
                .all(db)
                .await?,
        );
    }
    Ok(found)
}

/// The persons with this telephone number, however it is spelt.
pub async fn by_phone<B: DeserializeOwned>(
    db: &mut impl Db,
    seals: &Seals,
    phone: &Secret,
) -> Result<Vec<Person<B>>> {
    Select::<PersonKeys>::new()
        .equal("phone_index", seals.index(&PHONE, phone))
        .all(db)
        .await
}

/// The persons with exactly this name.
pub async fn named<B: DeserializeOwned>(db: &mut impl Db, name: &str) -> Result<Vec<Person<B>>> {
    Select::<PersonKeys>::new()
        .equal("name", name)
        .all(db)
        .await
}

/// Opens what is sealed of some persons. The caller records why.
pub async fn private(
    db: &mut impl Db,
    seals: &Seals,
    ids: impl IntoIterator<Item = PersonId>,
) -> Result<Vec<(PersonId, Private)>> {
    let ids: Vec<PersonId> = ids.into_iter().collect();
    let mut opened = Vec::with_capacity(ids.len());
    for some in ids.chunks(200) {
        let mut sql =
            Sql::new("SELECT id, id_number, phone, email, address FROM person WHERE id IN (");
        sql.bind_list(some).push(") ORDER BY id");
        for row in db.rows(sql).await? {
            let id: PersonId = row.get(0)?;
            let name = id.to_string();
            let open = |column: &Column, at: usize| -> Result<Option<Secret>> {
                let sealed: Option<Vec<u8>> = row.get(at)?;
                Ok(sealed
                    .map(|sealed| seals.open(column, &name, &sealed))
                    .transpose()?)
            };
            let private = Private {
                id_number: open(&ID_NUMBER, 1)?,
                phone: open(&PHONE, 2)?,
                email: open(&EMAIL, 3)?,
                address: open(&ADDRESS, 4)?,
            };
            opened.push((id, private));
        }
    }
    Ok(opened)
}

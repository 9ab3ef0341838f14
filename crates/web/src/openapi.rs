//! The description of the JSON interface: made from the table of routes, so that nothing served is
//! left out, and served itself.

use std::collections::BTreeMap;

use axum::Json;
use axum::http::Method;
use utoipa::openapi::path::{OperationBuilder, Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::request_body::RequestBodyBuilder;
use utoipa::openapi::schema::{Object, ObjectBuilder, SchemaType, Type};
use utoipa::openapi::security::{
    ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme,
};
use utoipa::openapi::{
    Components, ContentBuilder, HttpMethod, Ref, RefOr, Required, ResponseBuilder, Schema,
};
use utoipa::{OpenApi, ToSchema};

use crate::routes::{Access, Route, Routes};

/// Routes of the description.
pub fn routes() -> Routes {
    Routes::new().api(
        Method::GET,
        "/api/v1/openapi.json",
        Access::Public,
        says("接口", "接口说明（OpenAPI）").gives("本文件"),
        show,
    )
}

async fn show() -> Json<utoipa::openapi::OpenApi> {
    Json(document())
}

type Schemas = Vec<(String, RefOr<Schema>)>;

/// What an operation takes.
#[derive(Clone, Copy, Debug)]
enum Takes {
    Nothing,
    /// JSON of this shape: its name, and everything it refers to.
    Json(fn() -> (String, Schemas)),
    /// Any bytes of this media type.
    Bytes(&'static str),
}

/// What every operation that answers page by page is asked with.
const PAGED: &[(&str, &str)] = &[
    ("after", "上一页答复里的 next；不写即从头"),
    ("limit", "每页条数，1 至 100，不写为 50"),
];

/// What the description says of an operation.
#[derive(Clone, Copy, Debug)]
pub struct Says {
    group: &'static str,
    summary: &'static str,
    asks: &'static [(&'static str, &'static str)],
    pages: &'static [(&'static str, &'static str)],
    takes: Takes,
    gives: &'static str,
    status: &'static str,
    kind: &'static str,
}

/// An operation of a group: its heading in the description, and what it does, in Chinese.
#[must_use]
pub const fn says(group: &'static str, summary: &'static str) -> Says {
    Says {
        group,
        summary,
        asks: &[],
        pages: &[],
        takes: Takes::Nothing,
        gives: "",
        status: "204",
        kind: "application/json",
    }
}

impl Says {
    /// Parameters of the query, each with what it means.
    #[must_use]
    pub const fn asks(mut self, asks: &'static [(&'static str, &'static str)]) -> Self {
        self.asks = asks;
        self
    }
    /// Answers page by page.
    #[must_use]
    pub const fn paged(mut self) -> Self {
        self.pages = PAGED;
        self
    }
    /// A JSON body of this shape.
    #[must_use]
    pub const fn takes<T: ToSchema>(mut self) -> Self {
        self.takes = Takes::Json(shape::<T>);
        self
    }
    /// A body of any bytes.
    #[must_use]
    pub const fn takes_bytes(mut self, kind: &'static str) -> Self {
        self.takes = Takes::Bytes(kind);
        self
    }
    /// Answers 200 with JSON, described in words.
    #[must_use]
    pub const fn gives(mut self, gives: &'static str) -> Self {
        self.gives = gives;
        self.status = "200";
        self
    }
    /// Answers 201 with the identifier of what was made.
    #[must_use]
    pub const fn makes(mut self, gives: &'static str) -> Self {
        self.gives = gives;
        self.status = "201";
        self
    }
    /// Answers 200 with a file.
    #[must_use]
    pub const fn gives_file(mut self, kind: &'static str) -> Self {
        self.gives = "文件";
        self.status = "200";
        self.kind = kind;
        self
    }
}

/// The shape of a body that is an object with many parts: in words, with an example.
pub(crate) fn object(words: &str, example: serde_json::Value) -> RefOr<Schema> {
    let object = ObjectBuilder::new()
        .schema_type(Type::Object)
        .description(Some(words))
        .examples([example]);
    RefOr::T(Schema::Object(object.build()))
}

fn shape<T: ToSchema>() -> (String, Schemas) {
    let name = T::name().into_owned();
    let mut schemas = vec![(name.clone(), T::schema())];
    T::schemas(&mut schemas);
    (name, schemas)
}

#[derive(OpenApi)]
#[openapi(info(
    title = "遴选接口",
    description = "专家库接口，与页面办理的是同一套业务。用接口令牌调用：Authorization: Bearer lxt_…（在“账号与安全”签发），或登录后凭会话 Cookie。出错时返回 application/problem+json（RFC 9457）：title、detail 是中文说明，problems 逐项指出字段，reasons 逐条给出依据条款。POST 可带 Idempotency-Key：24 小时内用同一键重复同一请求，得到第一次的答复，不会重复办理。列表用 after 和 next 翻页。",
    license(name = "Apache-2.0")
))]
struct Base;

/// RFC 9457 问题说明
#[derive(ToSchema)]
#[expect(dead_code, reason = "only its shape is used, in the description")]
struct Problem {
    /// 发生了什么
    title: String,
    /// 状态码
    status: u16,
    /// 为什么、怎么办
    detail: String,
    /// 逐个字段的问题
    problems: Option<Vec<FieldProblem>>,
    /// 不予办理的逐条理由
    reasons: Option<Vec<RefusalReason>>,
    /// 程序出错时报给技术支持的编号
    number: Option<String>,
}

/// 一个字段的问题
#[derive(ToSchema)]
#[expect(dead_code, reason = "only its shape is used, in the description")]
struct FieldProblem {
    /// 字段，空为整个请求
    field: String,
    /// 说明
    sentence: String,
}

/// 一条理由
#[derive(ToSchema)]
#[expect(dead_code, reason = "only its shape is used, in the description")]
struct RefusalReason {
    /// 稳定的代码
    code: String,
    /// 条款，如“第九条(一)”；不涉及条款时为空
    article: String,
    /// 说明，含所依据的事实
    sentence: String,
}

/// The whole description.
#[must_use]
pub fn document() -> utoipa::openapi::OpenApi {
    let mut document = Base::openapi();
    for part in [
        crate::login::Api::openapi(),
        crate::users::Api::openapi(),
        crate::roles::Api::openapi(),
        crate::log::Api::openapi(),
    ] {
        document.merge(part);
    }
    let all = crate::routes::all();
    let mut components = document.components.take().unwrap_or_default();
    for (name, schema) in shape::<Problem>().1 {
        components.schemas.insert(name, schema);
    }
    for (route, says) in all.described() {
        document.paths.add_path_operation(
            route.path,
            vec![method(route)],
            operation(route, says, &mut components),
        );
    }
    for row in all.table() {
        common(&mut document, row);
    }
    schemes(&mut components);
    document.components = Some(components);
    document
}

fn method(route: &Route) -> HttpMethod {
    if route.method == Method::POST {
        HttpMethod::Post
    } else {
        HttpMethod::Get
    }
}

fn operation(
    route: &Route,
    says: &Says,
    components: &mut Components,
) -> utoipa::openapi::path::Operation {
    let mut operation = OperationBuilder::new()
        .tag(says.group)
        .summary(Some(says.summary))
        .description(Some(format!("需要：{}", route.access.describe())));
    for (name, words) in says.pages.iter().chain(says.asks) {
        operation = operation.parameter(parameter(name, ParameterIn::Query, words));
    }
    let body = |content| {
        RequestBodyBuilder::new()
            .content(content, any())
            .required(Some(Required::True))
            .build()
    };
    operation = match says.takes {
        Takes::Nothing => operation,
        Takes::Bytes(kind) => operation.request_body(Some(body(kind))),
        Takes::Json(shape) => {
            let (name, schemas) = shape();
            components.schemas.extend(BTreeMap::from_iter(schemas));
            let content = ContentBuilder::new()
                .schema(Some(Ref::from_schema_name(name)))
                .build();
            let body = RequestBodyBuilder::new()
                .content("application/json", content)
                .required(Some(Required::True));
            operation.request_body(Some(body.build()))
        }
    };
    let answer = if says.gives.is_empty() {
        ResponseBuilder::new().description("已办理")
    } else {
        ResponseBuilder::new()
            .description(says.gives)
            .content(says.kind, any())
    };
    operation.response(says.status, answer.build()).build()
}

fn any() -> utoipa::openapi::Content {
    ContentBuilder::new()
        .schema(Some(Schema::Object(Object::with_type(
            SchemaType::AnyValue,
        ))))
        .build()
}

fn parameter(name: &str, place: ParameterIn, words: &str) -> Parameter {
    let required = if place == ParameterIn::Path {
        Required::True
    } else {
        Required::False
    };
    ParameterBuilder::new()
        .name(name)
        .parameter_in(place)
        .required(required)
        .description(Some(words))
        .schema(Some(Schema::Object(Object::with_type(Type::String))))
        .build()
}

/// What a parameter of an address names.
fn names(parameter: &str) -> &'static str {
    match parameter {
        "no" | "pool" => "专家库的序号，从 1 起",
        "task" => "使用需求",
        "draw" => "抽取场次",
        "seat" => "名额（一位专家的一次参与）",
        "token" => "一次性链接中的凭证，或令牌的编号",
        "key" => "抽取编号，如 CQ01-2026-0001",
        "notice" => "征集公告",
        "number" => "征集公告的编号，如 ZJ01-2026-0001",
        "account" => "账号",
        "relation" => "回避关系",
        "record" => "不良行为记录",
        "feedback" => "意见反馈",
        "invitation" => "邀请",
        "exit" => "解聘退出事项",
        _ => "编号",
    }
}

/// What every operation has: the parameters of its address, who may call it, and how it fails.
fn common(document: &mut utoipa::openapi::OpenApi, route: &Route) {
    let Some(item) = document.paths.paths.get_mut(route.path) else {
        return;
    };
    let operation = if route.method == Method::POST {
        item.post.as_mut()
    } else {
        item.get.as_mut()
    };
    let Some(operation) = operation else { return };
    let words = route
        .path
        .trim_start_matches("/api/v1/")
        .replace(['/', '-', '.'], "_")
        .replace(['{', '}'], "");
    operation.operation_id = Some(format!("{}_{words}", route.method.as_str().to_lowercase()));
    let parameters = operation.parameters.get_or_insert_default();
    for part in route
        .path
        .split('/')
        .filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
    {
        if !parameters
            .iter()
            .any(|known| matches!(known, RefOr::T(known) if known.name == part))
        {
            parameters.push(RefOr::T(parameter(part, ParameterIn::Path, names(part))));
        }
    }
    let open = route.access == Access::Public;
    if route.method == Method::POST && !open {
        parameters.push(RefOr::T(parameter(
            "Idempotency-Key",
            ParameterIn::Header,
            "每次操作一个，重复提交时不变",
        )));
    }
    operation.security = Some(if open {
        vec![SecurityRequirement::default()]
    } else {
        vec![
            SecurityRequirement::new("token", Vec::<String>::new()),
            SecurityRequirement::new("session", Vec::<String>::new()),
        ]
    });
    let failed = ContentBuilder::new()
        .schema(Some(Ref::from_schema_name("Problem")))
        .build();
    let failure = ResponseBuilder::new()
        .description("没有办理；401 未登录，403 岗位或令牌范围不含，404 没有或看不到，409 已被他人改过，422 内容有误或依规定不予办理，429 次数过多")
        .content("application/problem+json", failed)
        .build();
    operation
        .responses
        .responses
        .insert("default".to_owned(), RefOr::T(failure));
}

fn schemes(components: &mut Components) {
    let token = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .description(Some("接口令牌"))
        .build();
    let session =
        ApiKeyValue::with_description("linxuan", "登录后的会话；HTTPS 下名为 __Host-linxuan");
    components
        .security_schemes
        .insert("token".to_owned(), RefOr::T(SecurityScheme::Http(token)));
    components.security_schemes.insert(
        "session".to_owned(),
        RefOr::T(SecurityScheme::ApiKey(ApiKey::Cookie(session))),
    );
}

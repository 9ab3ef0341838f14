//! The description of the JSON interface. A module adds its `#[derive(OpenApi)]` here.

use utoipa::OpenApi;

/// Linxuan 接口
#[derive(OpenApi)]
#[openapi(info(
    title = "Linxuan",
    description = "专家库接口。登录后凭会话 Cookie 调用；出错时返回 application/problem+json（RFC 9457）。"
))]
struct Base;

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
    document
}

public import Hummingbird

/// The API as one router.
public enum APIRouter {
    /// All its routes, behind what every request passes. The dashboard adds its pages to it.
    public static func make(_ parts: APIParts) -> Router<APIContext> {
        let router = frame(parts.access, parts.settings, parts.metrics)
        let routes = router.group()
        SessionRoutes(parts.access, parts.settings).add(to: routes)
        TokenRoutes(parts.access).add(to: routes)
        ReadingRoutes(parts).add(to: routes)
        ChangingRoutes(parts).add(to: routes)
        StreamRoutes(parts).add(to: routes)
        AuditRoutes(parts).add(to: routes)
        MetaRoutes(parts).add(to: routes)
        return router
    }

    /// A router without routes. What is added to it passes the middlewares from the first to the
    /// last, and nobody reaches a route that the table of routes does not open to him.
    static func frame(
        _ access: AccessControl, _ settings: APISettings, _ metrics: MetricsRegistry
    ) -> Router<APIContext> {
        let router = Router(context: APIContext.self, options: .autoGenerateHeadEndpoints)
        router.add(middleware: RequestMeasuring(metrics))
        router.add(middleware: SecurityHeaders(isSecure: settings.isSecure))
        router.add(middleware: ErrorMiddleware())
        router.add(middleware: BodySizeMiddleware())
        router.add(middleware: AccessMiddleware(access: access, settings: settings))
        return router
    }
}

"""Routes of the catalogue and who may ask them.

Everybody (also anonymous): home, categories, category, search, search_suggestions, recent_searches (their own), search_why, product (live ones; the supplier's own and
a moderator's view of others), product_short, product_image and product_image_as (likewise), supplier, protection,
supplier_reviews, compare, compare_tray, robots, sitemaps, feeds, saved_search_stop with a signed token.
Members of a company: reporting a review, the reviews they wrote, their own saved searches, the company's favourites (changed by all but viewers), workbench_products, workbench_product, workbench_languages and workbench_language, workbench_export, workbench_imports, an import
of theirs and its downloads (read); its owners and sales: workbench_new and
every POST below /workbench/; certificates likewise. Another company's listing is 404. Moderation desk: /desk/ranking/ and everything below
/desk/moderation/, /desk/goods-rules/, /desk/reviews/, /desk/storefronts/ and /desk/certificates/, decisions only for suppliers the moderator does not belong to (403).
"""

from __future__ import annotations

from django.urls import path

from catalog.views import (
    appeals,
    buyer_groups,
    capacity,
    certificates,
    comparison,
    favourites,
    goods,
    imports,
    kept_input,
    lead_times,
    listing_pictures,
    machine,
    moderation,
    offering,
    price_lists,
    private_prices,
    public,
    ranking,
    recent_searches,
    reviews,
    saved_searches,
    search,
    storefront_desk,
    storefronts,
    translations,
    tray,
    variants,
    workbench,
)

_WORKBENCH = "workbench/products/"
_IMPORTS = "workbench/imports/"
_CERTIFICATES = "workbench/certificates/"
_PRICE_LISTS = "workbench/price-lists/"
_BUYER_GROUPS = "workbench/buyer-groups/"
_DESK_CERTIFICATES = "desk/certificates/"
_DESK = "desk/moderation/"
_RULES = "desk/goods-rules/"

urlpatterns = [
    path("", public.home, name="home"),
    path("categories/", public.categories, name="categories"),
    path("categories/<slug:code>/", search.category, name="category"),
    path("search/", search.search, name="search"),
    path("search/recent/", recent_searches.recent, name="recent_searches"),
    path("search/why/", ranking.why, name="search_why"),
    path("search/suggestions/", search.suggest, name="search_suggestions"),
    path("products/<str:ref>/", public.product, name="product_short"),
    path("products/<str:ref>/<slug:slug>/", public.product, name="product"),
    path("suppliers/<str:ref>/", storefronts.supplier, name="supplier"),
    path("compare/", comparison.compare, name="compare"),
    path("compare/tray/", tray.tray, name="compare_tray"),
    path("favourites/", favourites.lists, name="favourites"),
    path("favourites/keep/", favourites.keep, name="favourites_keep"),
    path("favourites/<str:ref>/", favourites.favourites, name="favourite_list"),
    path("favourites/<str:ref>/change/", favourites.change, name="favourite_change"),
    path("searches/", saved_searches.searches, name="saved_searches"),
    path("searches/stop/<str:token>/", saved_searches.stop, name="saved_search_stop"),
    path("searches/<str:ref>/", saved_searches.search, name="saved_search"),
    path("suppliers/<str:ref>/reviews/", reviews.of_supplier, name="supplier_reviews"),
    path("reviews/", reviews.written, name="reviews_written"),
    path("reviews/<str:ref>/report/", reviews.report, name="review_report"),
    path("suppliers/<str:ref>/news.xml", machine.supplier_news, name="supplier_news"),
    path("suppliers/<str:ref>/products.xml", machine.merchant_supplier, name="merchant_supplier"),
    path("feeds/products-<int:part>.xml", machine.merchant_products, name="merchant_products"),
    path("robots.txt", machine.robots, name="robots"),
    path("sitemap.xml", machine.sitemap_files, name="sitemap_index"),
    path("sitemaps/pages.xml", machine.sitemap_pages, name="sitemap_pages"),
    path("sitemaps/suppliers-<int:part>.xml", machine.sitemap_suppliers, name="sitemap_suppliers"),
    path("sitemaps/products-<int:part>.xml", machine.sitemap_products, name="sitemap_products"),
    path("images/<str:file_ref>/<slug:size>/", public.product_image, name="product_image"),
    path(
        "images/<str:file_ref>/<slug:size>.<slug:image_format>",
        public.product_image,
        name="product_image_as",
    ),
    path("protection/", public.protection, name="protection"),
    path(_WORKBENCH, workbench.products, name="workbench_products"),
    path(f"{_WORKBENCH}new/", workbench.new, name="workbench_new"),
    path(f"{_WORKBENCH}begin/", workbench.begin, name="workbench_begin"),
    path(f"{_WORKBENCH}begin-again/", kept_input.begin_again, name="workbench_begin_again"),
    path(f"{_WORKBENCH}preview/", workbench.product_preview, name="workbench_preview"),
    path(f"{_WORKBENCH}price-check/", workbench.price_check, name="workbench_price_check"),
    path(f"{_WORKBENCH}export/", imports.export, name="workbench_export"),
    path(f"{_WORKBENCH}<str:ref>/", workbench.product, name="workbench_product"),
    path(f"{_WORKBENCH}<str:ref>/submit/", workbench.submit, name="workbench_submit"),
    path(f"{_WORKBENCH}<str:ref>/withdraw/", workbench.withdraw, name="workbench_withdraw"),
    path(f"{_WORKBENCH}<str:ref>/pause/", workbench.pause, name="workbench_pause"),
    path(f"{_WORKBENCH}<str:ref>/resume/", workbench.resume, name="workbench_resume"),
    path(f"{_WORKBENCH}<str:ref>/languages/", translations.languages, name="workbench_languages"),
    path(f"{_WORKBENCH}<str:ref>/languages/<slug:code>/", translations.language, name="workbench_language"),
    path(f"{_WORKBENCH}<str:ref>/pictures/", listing_pictures.pictures, name="workbench_pictures"),
    path(f"{_WORKBENCH}<str:ref>/images/<str:file_ref>/", listing_pictures.picture, name="workbench_image"),
    path(
        f"{_WORKBENCH}<str:ref>/certificates/",
        certificates.product_section,
        name="workbench_product_certificates",
    ),
    path(f"{_WORKBENCH}<str:ref>/samples-and-seasons/", offering.product_section, name="workbench_offering"),
    path(f"{_WORKBENCH}<str:ref>/lead-times/", lead_times.product_section, name="workbench_lead_times"),
<<<<<<< HEAD
    path(f"{_WORKBENCH}<str:ref>/availability/", capacity.product_section, name="workbench_availability"),
    path(
        f"{_WORKBENCH}<str:ref>/availability/<str:capacity_ref>/", capacity.period, name="workbench_capacity"
    ),
    path(
        f"{_WORKBENCH}<str:ref>/availability/<str:capacity_ref>/withdraw/",
        capacity.withdraw,
        name="workbench_capacity_withdraw",
    ),
=======
    path(f"{_WORKBENCH}<str:ref>/variants/", variants.product_section, name="workbench_variants"),
>>>>>>> 6f492d8 (Give the editor a page for the variants of a listing, which keeps what is typed)
    path("workbench/days-off/", lead_times.pauses, name="workbench_pauses"),
    path("workbench/days-off/<str:ref>/end/", lead_times.end, name="workbench_pause_end"),
    path("workbench/markets/", offering.markets, name="workbench_markets"),
    path(_PRICE_LISTS, price_lists.price_lists, name="workbench_price_lists"),
    path(f"{_PRICE_LISTS}new/", price_lists.new_price_list, name="workbench_price_list_new"),
    path(f"{_PRICE_LISTS}<str:ref>/", price_lists.price_list, name="workbench_price_list"),
    path(f"{_PRICE_LISTS}<str:ref>/prices/", private_prices.prices, name="workbench_private_prices"),
    path(
        f"{_PRICE_LISTS}<str:ref>/prices/file/",
        private_prices.download,
        name="workbench_private_prices_file",
    ),
    path(
        f"{_PRICE_LISTS}<str:ref>/prices/table/",
        private_prices.upload,
        name="workbench_private_prices_table",
    ),
    path(f"{_PRICE_LISTS}<str:ref>/end/", price_lists.end, name="workbench_price_list_end"),
    path(_BUYER_GROUPS, buyer_groups.buyer_groups, name="workbench_buyer_groups"),
    path(f"{_BUYER_GROUPS}new/", buyer_groups.new_buyer_group, name="workbench_buyer_group_new"),
    path(f"{_BUYER_GROUPS}<str:ref>/", buyer_groups.buyer_group, name="workbench_buyer_group"),
    path(f"{_BUYER_GROUPS}<str:ref>/dissolve/", buyer_groups.dissolve, name="workbench_buyer_group_dissolve"),
    path(_CERTIFICATES, certificates.certificates, name="workbench_certificates"),
    path(f"{_CERTIFICATES}new/", certificates.new_certificate, name="workbench_certificate_new"),
    path(f"{_CERTIFICATES}<str:ref>/", certificates.certificate, name="workbench_certificate"),
    path(
        f"{_CERTIFICATES}<str:ref>/withdraw/",
        certificates.withdraw_certificate,
        name="workbench_certificate_withdraw",
    ),
    path("workbench/storefront/", storefronts.storefront, name="workbench_storefront"),
    path(
        "workbench/storefront/pictures/<str:file_ref>/",
        storefronts.storefront_picture,
        name="workbench_storefront_picture",
    ),
    path("desk/storefronts/", storefront_desk.storefronts, name="desk_storefronts"),
    path("desk/storefronts/<str:ref>/", storefront_desk.storefront_to_read, name="desk_storefront"),
    path("desk/storefronts/<str:ref>/confirm/", storefront_desk.confirm, name="desk_storefront_confirm"),
    path("desk/storefronts/<str:ref>/hide/", storefront_desk.hide, name="desk_storefront_hide"),
    path(_IMPORTS, imports.imports, name="workbench_imports"),
    path(f"{_IMPORTS}template/", imports.template, name="workbench_import_template"),
    path(f"{_IMPORTS}<str:ref>/", imports.listing_import, name="workbench_import"),
    path(f"{_IMPORTS}<str:ref>/columns/", imports.columns, name="workbench_import_columns"),
    path(f"{_IMPORTS}<str:ref>/pictures/", imports.pictures, name="workbench_import_pictures"),
    path(f"{_IMPORTS}<str:ref>/run/", imports.run, name="workbench_import_run"),
    path(f"{_IMPORTS}<str:ref>/cancel/", imports.cancel, name="workbench_import_cancel"),
    path(f"{_IMPORTS}<str:ref>/to-mend/", imports.errors, name="workbench_import_errors"),
    path(_DESK_CERTIFICATES, certificates.desk, name="desk_certificates"),
    path(f"{_DESK_CERTIFICATES}<str:ref>/", certificates.desk_case, name="desk_certificate"),
    path(f"{_DESK_CERTIFICATES}<str:ref>/check/", certificates.desk_check, name="desk_certificate_check"),
    path(f"{_DESK_CERTIFICATES}<str:ref>/reject/", certificates.desk_reject, name="desk_certificate_reject"),
    path("desk/ranking/", ranking.desk, name="desk_ranking"),
    path(f"{_WORKBENCH}<str:ref>/goods-rules/", goods.section, name="workbench_goods_rules"),
    path("workbench/reviews/", reviews.own, name="workbench_reviews"),
    path("workbench/reviews/<str:ref>/answer/", reviews.answer, name="workbench_review_answer"),
    path("desk/reviews/", reviews.desk, name="desk_product_reviews"),
    path("desk/reviews/<str:ref>/judge/", reviews.judge, name="desk_review_judge"),
    path(_RULES, goods.rules, name="desk_goods_rules"),
    path(f"{_RULES}install/", goods.install, name="desk_goods_rules_install"),
    path(f"{_RULES}<str:ref>/end/", goods.end, name="desk_goods_rule_end"),
    path(f"{_DESK}<str:ref>/flags/<int:flag_id>/", moderation.dismiss, name="desk_moderation_flag"),
    path(f"{_WORKBENCH}<str:ref>/appeal/", appeals.product_appeal, name="workbench_appeal"),
    path("desk/appeals/", appeals.desk, name="desk_appeals"),
    path("desk/appeals/<str:ref>/", appeals.case, name="desk_appeal"),
    path(_DESK, moderation.desk, name="desk_moderation"),
    path(f"{_DESK}<str:ref>/", moderation.case, name="desk_moderation_product"),
    path(f"{_DESK}<str:ref>/approve/", moderation.approve, name="desk_moderation_approve"),
    path(f"{_DESK}<str:ref>/reject/", moderation.reject, name="desk_moderation_reject"),
    path(f"{_DESK}<str:ref>/confirm/", moderation.confirm, name="desk_moderation_confirm"),
    path(f"{_DESK}<str:ref>/suspend/", moderation.suspend, name="desk_moderation_suspend"),
    path(f"{_DESK}<str:ref>/reinstate/", moderation.reinstate, name="desk_moderation_reinstate"),
]

"""The catalogue's rows, by aggregate: categories, products, translations, search, saved searches, imports."""

from catalog.models.appeal import Appeal, AppealTransition
from catalog.models.buyer_group import BuyerGroup, BuyerGroupChange, BuyerGroupMember, PriceListGroup
from catalog.models.capacity import CapacityMovement, CapacityPeriod, CapacityTaking
from catalog.models.category import AttributeDefinition, Category, CategoryAttribute
from catalog.models.certificate import (
    Certificate,
    CertificateReminder,
    CertificateTransition,
    CertifiedProduct,
)
from catalog.models.counters import ProductViews
from catalog.models.decision import ModerationDecision
from catalog.models.favourite import Favourite, FavouriteList
from catalog.models.flag import ListingCheck, ListingFlag, PictureSketch, TextSketch
from catalog.models.goods_rule import GoodsRule, GoodsStatement
from catalog.models.holiday_pause import HolidayPause
from catalog.models.imports import (
    ImportedPicture,
    ListingImport,
    ListingImportRow,
    ListingImportTransition,
    RememberedColumns,
)
from catalog.models.kept_input import KeptInput
from catalog.models.known_buyer import KnownBuyer
from catalog.models.offering import Offering, SupplierMarkets
from catalog.models.price_list import PriceList, PriceListBuyer, PriceListChange, PrivatePrice
from catalog.models.product import (
    PriceTier,
    Product,
    ProductChange,
    ProductImage,
    ProductTransition,
    SupplierFacts,
    Variant,
)
from catalog.models.product_trades import ProductTrades
from catalog.models.recent_search import RecentSearch
from catalog.models.review import Review, ReviewDecision, ReviewPicture, ReviewReport
from catalog.models.review_appeal import ReviewAppeal, ReviewAppealTransition
from catalog.models.saved_search import SavedSearch, SavedSearchFound
from catalog.models.search import SearchChange, SearchEntry, SearchFeed, SearchWord
from catalog.models.search_log import SearchedWords, SearchVisit
from catalog.models.storefront import Storefront, StorefrontChange, StorefrontPicture
from catalog.models.translation import Translation

__all__ = [
    "Appeal",
    "AppealTransition",
    "AttributeDefinition",
    "BuyerGroup",
    "BuyerGroupChange",
    "BuyerGroupMember",
    "CapacityMovement",
    "CapacityPeriod",
    "CapacityTaking",
    "Category",
    "CategoryAttribute",
    "Certificate",
    "CertificateReminder",
    "CertificateTransition",
    "CertifiedProduct",
    "Favourite",
    "FavouriteList",
    "GoodsRule",
    "GoodsStatement",
    "HolidayPause",
    "ImportedPicture",
    "KeptInput",
    "KnownBuyer",
    "ListingCheck",
    "ListingFlag",
    "ListingImport",
    "ListingImportRow",
    "ListingImportTransition",
    "ModerationDecision",
    "Offering",
    "PictureSketch",
    "PriceList",
    "PriceListBuyer",
    "PriceListChange",
    "PriceListGroup",
    "PriceTier",
    "PrivatePrice",
    "Product",
    "ProductChange",
    "ProductImage",
    "ProductTrades",
    "ProductTransition",
    "ProductViews",
    "RecentSearch",
    "RememberedColumns",
    "Review",
    "ReviewAppeal",
    "ReviewAppealTransition",
    "ReviewDecision",
    "ReviewPicture",
    "ReviewReport",
    "SavedSearch",
    "SavedSearchFound",
    "SearchChange",
    "SearchEntry",
    "SearchFeed",
    "SearchVisit",
    "SearchWord",
    "SearchedWords",
    "Storefront",
    "StorefrontChange",
    "StorefrontPicture",
    "SupplierFacts",
    "SupplierMarkets",
    "TextSketch",
    "Translation",
    "Variant",
]

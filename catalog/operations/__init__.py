"""The only writers of the catalogue, by aggregate."""

from catalog.operations.capacity.stated import add_capacity, change_capacity, withdraw_capacity
from catalog.operations.capacity.takings import (
    Wanted,
    keep_proposed,
    keep_taken,
    propose_taken,
    take_capacity,
)
from catalog.operations.categories import load_categories
from catalog.operations.listings.images import (
    add_image,
    describe_image,
    move_image,
    prepare_image,
    prepare_old_images,
    remove_image,
)
from catalog.operations.listings.kept_input import carry_input, forget_input, forget_old_input, keep_input
from catalog.operations.listings.lead_times import add_pause, end_pause, state_lead_times
from catalog.operations.listings.offering import state_markets, state_offering
from catalog.operations.listings.products import (
    create_product,
    edit_product,
    pause_product,
    resume_product,
    set_price_tiers,
    submit_for_review,
    withdraw_from_review,
)
from catalog.operations.listings.translations import set_translation, state_written_in
from catalog.operations.listings.variants import set_variants
from catalog.operations.prices.buyer_groups import (
    change_buyer_group,
    create_buyer_group,
    dissolve_buyer_group,
)
from catalog.operations.prices.known_buyers import record_known_buyer
from catalog.operations.prices.lists import change_price_list, create_price_list, end_price_list
from catalog.operations.prices.private_prices import set_private_prices
from catalog.operations.searching.indexing import index_product, index_products, refresh_search
from catalog.operations.suppliers.facts import (
    record_answer_time,
    record_product_trades,
    record_supplier_facts,
    record_supplier_payments,
    set_listing_visibility,
)
from catalog.operations.suppliers.storefronts import (
    add_storefront_picture,
    caption_storefront_picture,
    confirm_storefront,
    edit_storefront,
    hide_storefront,
    move_storefront_picture,
    prepare_storefront_picture,
    remove_storefront_picture,
)
from catalog.operations.trust.appeals import decide_appeal, lodge_appeal
from catalog.operations.trust.certificates import (
    add_certificate,
    attach_certificate,
    change_certificate,
    check_certificate,
    reject_certificate,
    remind_of_certificates,
    withdraw_certificate,
)
from catalog.operations.trust.flags import check_listing, check_waiting, dismiss_flag
from catalog.operations.trust.goods_rules import (
    RuleFacts,
    add_goods_rule,
    apply_goods_rules,
    end_goods_rule,
    install_starting_rules,
    state_goods,
)
from catalog.operations.trust.moderation import (
    approve_product,
    confirm_changes,
    reinstate_product,
    reject_product,
    suspend_product,
)
from catalog.operations.trust.review_appeals import decide_review_appeal, lodge_review_appeal
from catalog.operations.trust.review_reports import judge_review, report_review
from catalog.operations.trust.reviews import Marks, answer_review, fitting, write_review
from catalog.payment_words import SupplierPayment

__all__ = [
    "Marks",
    "RuleFacts",
    "SupplierPayment",
    "Wanted",
    "add_capacity",
    "add_certificate",
    "add_goods_rule",
    "add_image",
    "add_pause",
    "add_storefront_picture",
    "answer_review",
    "apply_goods_rules",
    "approve_product",
    "attach_certificate",
    "caption_storefront_picture",
    "carry_input",
    "change_buyer_group",
    "change_capacity",
    "change_certificate",
    "change_price_list",
    "check_certificate",
    "check_listing",
    "check_waiting",
    "confirm_changes",
    "confirm_storefront",
    "create_buyer_group",
    "create_price_list",
    "create_product",
    "decide_appeal",
    "decide_review_appeal",
    "describe_image",
    "dismiss_flag",
    "dissolve_buyer_group",
    "edit_product",
    "edit_storefront",
    "end_goods_rule",
    "end_pause",
    "end_price_list",
    "fitting",
    "forget_input",
    "forget_old_input",
    "hide_storefront",
    "index_product",
    "index_products",
    "install_starting_rules",
    "judge_review",
    "keep_input",
    "keep_proposed",
    "keep_taken",
    "load_categories",
    "lodge_appeal",
    "lodge_review_appeal",
    "move_image",
    "move_storefront_picture",
    "pause_product",
    "prepare_image",
    "prepare_old_images",
    "prepare_storefront_picture",
    "propose_taken",
    "record_answer_time",
    "record_known_buyer",
    "record_product_trades",
    "record_supplier_facts",
    "record_supplier_payments",
    "refresh_search",
    "reinstate_product",
    "reject_certificate",
    "reject_product",
    "remind_of_certificates",
    "remove_image",
    "remove_storefront_picture",
    "report_review",
    "resume_product",
    "set_listing_visibility",
    "set_price_tiers",
    "set_private_prices",
    "set_translation",
    "set_variants",
    "state_goods",
    "state_lead_times",
    "state_markets",
    "state_offering",
    "state_written_in",
    "submit_for_review",
    "suspend_product",
    "take_capacity",
    "withdraw_capacity",
    "withdraw_certificate",
    "withdraw_from_review",
    "write_review",
]

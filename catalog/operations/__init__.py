"""The only writers of the catalogue, by aggregate."""

from catalog.operations.appeals import decide_appeal, lodge_appeal
from catalog.operations.buyer_groups import (
    change_buyer_group,
    create_buyer_group,
    dissolve_buyer_group,
)
from catalog.operations.capacity import add_capacity, change_capacity, withdraw_capacity
from catalog.operations.capacity_takings import (
    Wanted,
    keep_proposed,
    keep_taken,
    propose_taken,
    take_capacity,
)
from catalog.operations.categories import load_categories
from catalog.operations.certificates import (
    add_certificate,
    attach_certificate,
    change_certificate,
    check_certificate,
    reject_certificate,
    remind_of_certificates,
    withdraw_certificate,
)
from catalog.operations.flags import check_listing, check_waiting, dismiss_flag
from catalog.operations.goods_rules import (
    RuleFacts,
    add_goods_rule,
    apply_goods_rules,
    end_goods_rule,
    install_starting_rules,
    state_goods,
)
from catalog.operations.images import (
    add_image,
    describe_image,
    move_image,
    prepare_image,
    prepare_old_images,
    remove_image,
)
from catalog.operations.indexing import index_product, index_products, refresh_search
from catalog.operations.kept_input import carry_input, forget_input, forget_old_input, keep_input
from catalog.operations.known_buyers import record_known_buyer
from catalog.operations.lead_times import add_pause, end_pause, state_lead_times
from catalog.operations.moderation import (
    approve_product,
    confirm_changes,
    reinstate_product,
    reject_product,
    suspend_product,
)
from catalog.operations.offering import state_markets, state_offering
from catalog.operations.price_lists import change_price_list, create_price_list, end_price_list
from catalog.operations.private_prices import set_private_prices
from catalog.operations.products import (
    create_product,
    edit_product,
    pause_product,
    resume_product,
    set_price_tiers,
    submit_for_review,
    withdraw_from_review,
)
from catalog.operations.review_reports import judge_review, report_review
from catalog.operations.reviews import Marks, answer_review, fitting, write_review
from catalog.operations.storefronts import (
    add_storefront_picture,
    caption_storefront_picture,
    confirm_storefront,
    edit_storefront,
    hide_storefront,
    move_storefront_picture,
    prepare_storefront_picture,
    remove_storefront_picture,
)
from catalog.operations.suppliers import (
    record_answer_time,
    record_product_trades,
    record_supplier_facts,
    record_supplier_payments,
    set_listing_visibility,
)
from catalog.operations.translations import set_translation, state_written_in
from catalog.operations.variants import set_variants
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

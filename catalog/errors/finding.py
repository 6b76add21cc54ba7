"""What can go wrong with saved searches and favourites."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from marketplace.core.errors import Conflict, NotFound, Rejected


class SavedSearchNotFound(NotFound):
    """No such saved search, or another person's."""

    code = "saved_search_not_found"
    message = _("This search is not saved, or not any more.")


class NothingToSave(Rejected):
    """Neither words nor filters."""

    code = "nothing_to_save"
    message = _("Search for something first: there are neither words nor filters to save.")


class TooManySavedSearches(Rejected):
    """The person keeps enough."""

    code = "too_many_saved_searches"
    message = _("You keep %(limit)s searches already. Forget one first.")


class FavouriteListNotFound(NotFound):
    """No such list, or another company's."""

    code = "favourite_list_not_found"
    message = _("This list is not there, or not any more.")


class FavouriteNotInList(Conflict):
    """The product stands in the list no longer."""

    code = "favourite_not_in_list"
    message = _("This product is not in the list any more.")


class FavouriteNoteChanged(Conflict):
    """A colleague wrote something else meanwhile; `note` is theirs, `typed` was not saved."""

    code = "favourite_note_changed"
    message = _("A colleague wrote “%(note)s” meanwhile. Yours was not saved: “%(typed)s”.")


class FavouriteNameTaken(Conflict):
    """No name, or one that another list of the company has."""

    code = "favourite_name_taken"
    message = _("Give the list a name that none of your other lists has.")


class TooManyFavourites(Rejected):
    """The list, or the company, keeps enough."""

    code = "too_many_favourites"
    message = _("There is room for %(limit)s only. Take something out first.")

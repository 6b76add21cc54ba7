"""`manage.py seat_staff EMAIL DESK…`: the way the first operator comes to their desk. Owns nothing."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from marketplace.accounts.operations import grant_desks
from marketplace.accounts.states import Desk
from marketplace.core import clock
from marketplace.core.actors import Actor
from marketplace.core.errors import DomainError


class Command(BaseCommand):
    """Seats a person who has signed up at exactly these desks; with none they are no longer staff."""

    help = "Seat a person at exactly these staff desks (none: no longer staff)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email")
        parser.add_argument("desks", nargs="*", metavar="desk", help=", ".join(Desk.values))

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            user = grant_desks(
                email=options["email"],
                desks=options["desks"],
                actor=Actor.system("seat_staff"),
                at=clock.now(),
            )
        except DomainError as error:
            raise CommandError(error.text) from error
        self.stdout.write(f"{user.email}: {', '.join(user.desks) or 'no desk'}")

"""What the sides of a quarrel show beside their words: photographs, a laboratory's report, a survey, a logger's record."""

from __future__ import annotations

from datetime import datetime

from django.core.files.uploadedfile import SimpleUploadedFile

from marketplace.demo.story.papers import Paper, as_upload, picture_upload
from marketplace.demo.story.stage import Stage


def photographs(stage: Stage, *names: str) -> list[SimpleUploadedFile]:
    """Photographs by their names; none when the story is told without pictures."""
    return [picture_upload(f"{name}.jpg", content) for name in names if (content := stage.photograph(name))]


def laboratory_report(at: datetime) -> SimpleUploadedFile:
    """The buyer's laboratory on a mixed sample of almonds."""
    paper = Paper(
        title="Laboratory report",
        issuer="Nordlabor Hamburg",
        number="NL-88213",
        at=at,
        facts={
            "Client": "Hansekontor",
            "Sample": "Marcona almonds, bags 12, 37 and 61, mixed",
            "Method": "Sorting by hand, 1,000 g",
        },
        head=("Finding", "Share", "Contract"),
        rows=(
            ("Bitter almonds", "4.1 %", "max. 0.5 %"),
            ("Broken kernels", "0.8 %", "max. 2 %"),
            ("Moisture", "5.2 %", "max. 6 %"),
        ),
    )
    return as_upload(paper, "laboratory-report-nl-88213.pdf")


def joint_survey(at: datetime) -> SimpleUploadedFile:
    """The surveyor's count at the terminal, with both sides present."""
    paper = Paper(
        title="Joint survey report",
        issuer="Maas Marine Surveyors",
        number="MMS-2231",
        at=at,
        facts={
            "Goods": "Pera oranges, 67,500 kg in 4,500 crates, three reefers",
            "Place": "Merwehaven, Rotterdam",
            "Present": "Polderfruit; the shipper's agent; the surveyor",
        },
        head=("Container", "Crates", "Condemned", "Pulp temperature"),
        rows=(
            ("ATRU 509113-6", "1,500", "118", "+4.4 °C"),
            ("ATRU 509114-1", "1,500", "742", "+8.7 °C"),
            ("ATRU 509115-7", "1,500", "241", "+5.1 °C"),
        ),
        remark=(
            "Decay by green mould, strongest in the second container. Its settings were as ordered; the temperature"
            " was above the set point from the first recorded hour."
        ),
    )
    return as_upload(paper, "joint-survey-mms-2231.pdf")


def temperature_record(at: datetime) -> SimpleUploadedFile:
    """What the logger of the second container wrote down."""
    paper = Paper(
        title="Temperature record, container 2",
        issuer="Serra Dourada, cold store Santos",
        number="LOG-7719",
        at=at,
        facts={
            "Logger": "TL-20 no. 55871",
            "Set point": "+4.0 °C",
            "Interval": "one reading in six hours, extract",
        },
        head=("Day", "Lowest", "Highest"),
        rows=(
            ("Loading", "+6.1 °C", "+8.8 °C"),
            ("Day 1", "+7.9 °C", "+9.2 °C"),
            ("Day 3", "+8.4 °C", "+9.0 °C"),
            ("Day 6", "+5.0 °C", "+8.1 °C"),
            ("Day 12", "+4.0 °C", "+4.5 °C"),
        ),
        remark="Pre-cooling was interrupted by a power failure of the quay on the night before loading.",
    )
    return as_upload(paper, "temperature-record-container-2.pdf")

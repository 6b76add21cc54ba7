"""The ground every app stands on: money, actors, errors, deadlines, outbox. Knows no business."""

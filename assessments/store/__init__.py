"""The device's encrypted store: `Store` opens a folder, `UnlockedStore` is what one person has unlocked."""

from assessments.ports import DataLoss
from assessments.store.access.device import DEVICE_KEY
from assessments.store.access.recovery_requests import RecoveryRequests
from assessments.store.rows.unlocked_store import UnlockedAssessment, UnlockedStore
from assessments.store.salvage.salvage import SalvageReport, salvage
from assessments.store.store import Store

__all__ = [
    "DEVICE_KEY",
    "DataLoss",
    "RecoveryRequests",
    "SalvageReport",
    "Store",
    "UnlockedAssessment",
    "UnlockedStore",
    "salvage",
]

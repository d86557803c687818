"""Every error the portal raises on purpose derives from PortalError."""

from __future__ import annotations


class PortalError(Exception):
    """Base of all errors raised on purpose; `status` is the HTTP status the site answers with."""

    status = 500


class DefinitionError(PortalError):
    """A dataset definition contradicts itself or the catalogue. Raised when definitions are read."""


class SourceError(PortalError):
    """A source file cannot be read as the kind it claims to be. Raised by loaders."""


class FetchError(PortalError):
    """A remote file could not be had, or is not what it should be. Raised by fetch and the harvest."""


class PublicationRefusedError(PortalError):
    """Checks found problems, so nothing was published. Raised by ingest; the report is attached."""


class IngestSettingError(PortalError):
    """A variable that a command needs is not set or cannot be used. Raised by ingest."""


class IngestLockedError(PortalError):
    """Another ingest holds the lock. Raised when a second one starts."""


class NoReleaseError(PortalError):
    """No release has been published yet. Raised by the release store."""

    status = 503


class CorruptReleaseError(PortalError):
    """A release folder lacks a file or a checksum differs. Raised on verification and opening."""

    status = 503


class RecordNotFoundError(PortalError):
    """The address names no record, dataset or page of this release. Raised by site queries."""

    status = 404


class BadParameterError(PortalError):
    """A query parameter has a value the page cannot use. Raised while reading the request."""

    status = 400


class StaleCursorError(PortalError):
    """A cursor points into a release that is no longer served. Raised by search; start over."""

    status = 410

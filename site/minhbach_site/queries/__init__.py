"""SQL -> frozen dataclasses. There is no SQL anywhere else in the site."""

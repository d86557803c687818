"""What is published: definitions, the release reader, exports and Vietnamese text."""

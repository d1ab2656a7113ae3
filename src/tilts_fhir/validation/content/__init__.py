"""What values say: attachments, identifiers, URLs, texts."""

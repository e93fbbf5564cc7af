"""The screens of customs–enterprise cooperation that the generic ones do not draw."""

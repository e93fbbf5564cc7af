"""The screens of smart-assisted declaration (智能辅助申报). Refuses to know any other system."""

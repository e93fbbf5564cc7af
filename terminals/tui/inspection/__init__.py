"""The screens of pre-shipment inspection (进口旧机电产品装运前检验监督管理)."""

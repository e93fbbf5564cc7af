"""The screens of those who run the gateway (运行管理): how it goes, alarms, failed work, applicants."""
